"""What the page of an order shows of it: the version that is looked at, marked with what that version changed."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from config.dashboard import order_changes, order_history
from config.dashboard.links import address
from config.dashboard.order_changes import ADDRESS, STATES, body_of
from config.dashboard.order_history import History
from gate.checks import number
from orders_read.rows import AMOUNTS
from projections.as_of import Step

Body = Mapping[str, Any]
_LISTS = ("items", "payments", "fulfillments", "notes")
_version = number(1, 999_999_999)


class Fact(NamedTuple):
    """A column of an order; `was` is what it was before the version that is looked at, when that changed it."""

    name: str
    label: str
    value: Any
    was: str | None = None


class Walk(NamedTuple):
    """Where in its versions an order is looked at; the neighbours are 0 where there are none."""

    version: int
    newest: int
    previous: int
    next: int
    is_past: bool
    fault: str = ""


def shown(order: Body | None, history: History, newest: int, asked: str) -> dict[str, Any]:
    """Return the context of an order's page.

    Args:
        order: its newest body in the read model, none where that has none.
        history: its events.
        newest: its newest version that is known.
        asked: the version that the address asks for, "" for the newest one.
    """
    version, fault = _wanted(asked, newest)
    steps = history.steps(min(version, history.version)) if history.events else []
    step = next((step for step in steps if step.stored.version == version), None)
    if asked and not fault and step is None:
        fault = f"The timeline has not come to version {version} yet; this is version {newest}."
    now, before = _bodies(order, history, step, walks=bool(asked) and not fault)
    at = now["version"] if now else 0
    walk = Walk(at, newest, max(0, at - 1), at + 1 if at < newest else 0, at < newest, fault)
    entries = [order_history.entry(one) for one in reversed(steps)]
    beside = _beside(steps, history.version) if steps else {}
    return {"walk": walk, "entries": entries} | beside | (_parts(now, before) if now else {})


def _beside(steps: list[Step], newest: int) -> dict[str, int]:
    """Return the versions next to those of the timeline that are shown, 0 where there are none."""
    first, last = steps[0].stored.version, steps[-1].stored.version
    return {"older": first - 1, "newer": last + 1 if last < newest else 0}


def _wanted(asked: str, newest: int) -> tuple[int, str]:
    try:
        version = int(_version(asked)) if asked else newest
    except ValueError as error:
        return newest, str(error)
    return (version, "") if version <= newest else (newest, f"The newest version of this order is {newest}.")


def _bodies(order: Body | None, history: History, step: Step | None, *, walks: bool) -> tuple[Body | None, Body | None]:
    """Return the body that is looked at, and the one before it when its changes are to be marked."""
    if step is not None and walks:
        return body_of(step.after), body_of(step.before) if step.before else {}
    if step is not None and (order is None or step.stored.version > order["version"]):
        return body_of(step.after), None
    return order, None


def _parts(now: Body, before: Body | None) -> dict[str, Any]:
    address_before = None if before is None else before.get("shipping_address", {})
    customer = now["customer_id"]
    return {
        "order": now,
        "customer_address": address("customer", customer) if customer else "",
        "states": facts(STATES, now, before),
        "amounts": facts(AMOUNTS, now, before),
        "reasons": [fact for fact in facts(("cancel_reason", "hold_reason"), now, before) if fact.value or fact.was],
        "destination": facts(ADDRESS, now["shipping_address"], address_before),
        "lists": {kind: marked(kind, now, before) for kind in _LISTS},
    }


def facts(names: Sequence[str], now: Body, before: Body | None) -> list[Fact]:
    """Return some columns of an order, with what they were before; nothing is marked without a `before`."""
    return [Fact(name, order_changes.label(name), now.get(name), _was(name, now, before)) for name in names]


def _was(name: str, now: Body, before: Body | None) -> str | None:
    changed = before is not None and before.get(name) != now.get(name)
    return order_changes.text((before or {}).get(name)) if changed else None


def marked(kind: str, now: Body, before: Body | None) -> list[dict[str, Any]]:
    """Return the lines, payments, fulfillments or notes, each with a mark of what became of it and what it was."""
    new = order_changes.entries(kind, now)
    if before is None:
        return [one | {"mark": "", "was": {}} for one in new.values()]
    old = order_changes.entries(kind, before)
    removed = [one | {"mark": "removed", "was": {}} for called, one in old.items() if called not in new]
    return [_marked(one, old.get(called)) for called, one in new.items()] + removed


def _marked(one: dict[str, Any], was: dict[str, Any] | None) -> dict[str, Any]:
    if was is None:
        return one | {"mark": "new", "was": {}}
    differing = order_changes.differing(was, one)
    return one | {"mark": "changed" if differing else "", "was": differing}
