"""What a list's filters mean in SQL: one condition each, and how rows are sorted and followed from a cursor on."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from gate.tokens import AUDITOR, CUSTOMER, OPERATOR, Actor
from orders_read.queries import ListOrders

EQUALITIES = (
    "customer_id", "status", "order_status", "payment_status", "fulfillment_status", "country", "currency",
)  # fmt: skip
_RANGES = {
    "created_from": ("created_at", ">="),
    "created_to": ("created_at", "<"),
    "total_min": ("total", ">="),
    "total_max": ("total", "<="),
}
_TYPES = {"created_at": "timestamptz", "updated_at": "timestamptz", "total": "numeric"}


class Condition(NamedTuple):
    """A piece of SQL with its values, about one column."""

    column: str
    sql: str
    values: tuple[Any, ...] = ()


def visible_to(actor: Actor) -> list[Condition]:
    """Return what `OrderView.objects.visible_to` says, as conditions."""
    if actor.role == CUSTOMER:
        return [Condition("customer_id", "customer_id = %s", (actor.customer_id,))]
    return [] if actor.role in (OPERATOR, AUDITOR) else [Condition("order_id", "false")]


def conditions(query: ListOrders) -> list[Condition]:
    """Return the conditions of a question's filters, and of who asks."""
    equal = [
        Condition(column, f"{column} = %s", (value,))
        for column in EQUALITIES
        if (value := getattr(query, column)) is not None
    ]
    ranges = [
        Condition(column, f"{column} {sign} %s", (value,))
        for name, (column, sign) in _RANGES.items()
        if (value := getattr(query, name)) is not None
    ]
    return list(dict.fromkeys([*visible_to(query.actor), *equal, *ranges]))


def is_descending(query: ListOrders) -> bool:
    """Tell in which direction rows are read: against the sort order when the cursor looks back."""
    return (query.sort_order == "desc") is (query.cursor is None or query.cursor.forward)


def sorting(column: str, *, descending: bool) -> str:
    """Return the order by a column; the id breaks ties, so that no order stands on two pages."""
    way = "desc" if descending else "asc"
    return f"{column} {way}, order_id {way}"


def beyond(query: ListOrders) -> list[Condition]:
    """Return the condition that rows lie beyond the question's cursor."""
    if query.cursor is None or query.cursor.order_id is None:
        return []
    column, sign = query.sort_by, "<" if is_descending(query) else ">"
    sql = f"({column}, order_id) {sign} (%s::text::{_TYPES[column]}, %s)"
    return [Condition(column, sql, (query.cursor.value, query.cursor.order_id))]


def where(found: Sequence[Condition]) -> tuple[str, list[Any]]:
    """Return conditions as a where clause and its values."""
    text = " and ".join(condition.sql for condition in found)
    return f"where {text}" if text else "", [value for condition in found for value in condition.values]
