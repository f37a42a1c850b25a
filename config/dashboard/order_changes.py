"""What an event changed of an order, in words, from its row before and after."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from orders_read.rows import AMOUNTS, Row
from orders_read.serializers import order_body

NOTHING = "–"
STATES = ("status", "order_status", "payment_status", "fulfillment_status")
FACTS = ("reference", "customer_id", "cancel_reason", "hold_reason")
ADDRESS = ("recipient", "line1", "line2", "city", "region", "postal_code", "country")
LABELS = {
    "status": "shown as", "order_status": "order", "payment_status": "payment", "fulfillment_status": "fulfillment",
    "customer_id": "customer", "line1": "address", "line2": "address, continued", "unit_price": "unit price",
    "discount": "discount", "cancel_reason": "cancelled because", "hold_reason": "on hold because",
}  # fmt: skip
_HIDDEN = frozenset({"line", "product_id", "name", "kind", "shipped_at", "delivered_at", "at"})
_OF_A_NEW_ONE = ("status", "total", "customer_id", "reference")
Entries = dict[str, dict[str, Any]]


class Change(NamedTuple):
    """One thing that is not as it was; `before` or `after` is a dash where there was, or is, nothing."""

    what: str
    before: str
    after: str


def body_of(row: Row) -> dict[str, Any]:
    """Return an order's row, from the read model or folded, as its page shows it: texts, numbers and lists alone."""
    body: dict[str, Any] = msgspec.to_builtins(order_body(row))
    return body


def label(name: str) -> str:
    """Return a column's name in words."""
    return LABELS.get(name, name.replace("_", " "))


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Change]:
    """Return all that differs between two bodies of an order, states and amounts first."""
    old = before or {}
    names = _OF_A_NEW_ONE if before is None else (*STATES, *AMOUNTS, *FACTS)
    plain = [_change(label(name), old.get(name), after[name]) for name in names]
    was, now = old.get("shipping_address", {}), after["shipping_address"]
    plain += [_change(label(name), was.get(name), now.get(name)) for name in ADDRESS]
    listed = [_of_entries(kind, old, after) for kind in _KINDS]
    return [change for change in plain if change.before != change.after] + [one for some in listed for one in some]


def entries(kind: str, body: Mapping[str, Any]) -> Entries:
    """Return the lines, payments, fulfillments or notes of an order under what each is called."""
    called = _KINDS[kind][0]
    return {called(number, one): one for number, one in enumerate(body.get(kind, ()), start=1)}


def differing(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """Return what the fields of an entry were, of those that are not as they were."""
    return {name: text(was.get(name)) for name in now if name not in _HIDDEN and was.get(name) != now[name]}


def text(value: Any) -> str:
    """Return a value in words; nothing is a dash."""
    if value in (None, "", []):
        return NOTHING
    return _units(value) if isinstance(value, list) else str(value).replace("_", " ")


def _change(what: str, before: Any, after: Any) -> Change:
    return Change(what, text(before), text(after))


def _of_entries(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    was, now, summary = entries(kind, before), entries(kind, after), _KINDS[kind][1]
    for called in [*was, *(new for new in now if new not in was)]:
        if called not in now:
            yield Change(called, summary(was[called]), NOTHING)
        elif called not in was:
            yield Change(called, NOTHING, summary(now[called]))
        elif was[called] != now[called]:
            fields = differing(was[called], now[called])
            yield from (
                Change(f"{called}, {name.replace('_', ' ')}", old, text(now[called][name]))
                for name, old in fields.items()
            )


def _units(items: list[dict[str, int]]) -> str:
    return ", ".join(f"{item['quantity']} of line {item['line']}" for item in items)


def _line(one: dict[str, Any]) -> str:
    return f"{one['quantity']} × {one['name']} ({one['product_id']}) at {one['unit_price']}"


def _payment(one: dict[str, Any]) -> str:
    said = [f"{one['kind']} of {one['amount']}", one["reference"], one["reason"]]
    return ", ".join(filter(None, said))


def _fulfillment(one: dict[str, Any]) -> str:
    return ", ".join(filter(None, [_units(one["items"]), one["carrier"], one["tracking"]]))


def _note(one: dict[str, Any]) -> str:
    return str(one["text"])


_KINDS: Mapping[str, tuple[Callable[[int, dict[str, Any]], str], Callable[[dict[str, Any]], str]]] = {
    "items": (lambda number, one: f"line {one['line']}", _line),
    "payments": (lambda number, one: f"payment {number}", _payment),
    "fulfillments": (lambda number, one: f"fulfillment {number}", _fulfillment),
    "notes": (lambda number, one: f"note {number}", _note),
}
