"""How the questions about one order and one customer are answered; lists are in listing.py and finding.py."""

import msgspec

from orders_read import conditions, consistency, reading
from orders_read.consistency import PROGRESS, Progress, Wish, progress
from orders_read.queries import GetCustomer, GetOrderById, GetOrderTimeline
from orders_read.rows import AS_JSON, Row, order_row

ENTRY = (
    "version", "event_type", "schema_version", "data", "actor", "command_id", "correlation_id", "causation_id",
    "occurred_at", "recorded_at",
)  # fmt: skip
SUMMARY = (
    "currency", "orders", "open_orders", "cancelled_orders", "expired_orders", "refunded", "lifetime_value",
    "first_order_at", "last_order_at",
)  # fmt: skip
_PROGRESS = ("position", "lag", "halted", "parked", "held")
_ORDER = f"""
    select {", ".join(_PROGRESS)}, case when order_id is not null then {AS_JSON} end
    from ({PROGRESS}) as progress left join order_views on order_id = %s
"""
_ENTRIES = "select {columns} from order_timeline where order_id = %s and version > %s order by version limit %s"
_LAST_VERSION = "select max(version) from order_timeline where order_id = %s"
_FIRST = "select data ->> 'customer_id' as customer_id from order_timeline where order_id = %s and version = 1"
_SUMMARIES = "select {columns} from customer_summaries where customer_id = %s"


class Timeline(msgspec.Struct, frozen=True):
    """Some of what happened to an order, its newest version, and after which version there is more (None: nowhere)."""

    entries: list[Row]
    version: int
    next_after_version: int | None


def get_order_by_id(query: GetOrderById, wish: Wish, source: str) -> tuple[Progress, Row | None]:
    """Return the order, None when the read model has none of that id that the actor may see; in one statement."""
    visible = conditions.visible_to(query.actor)
    statement = " and ".join([_ORDER, *(condition.sql for condition in visible)])
    values = [*consistency.asked(query.read_model, wish, query.order_id), query.order_id]
    values += [value for condition in visible for value in condition.values]
    [found] = reading.fetch(source, statement, values, prepared=True)
    *facts, order = found
    came = consistency.of_row(facts)
    return (came, order_row(order)) if order else (came.of_nothing(), None)


def get_order_timeline(query: GetOrderTimeline, wish: Wish, source: str) -> tuple[Progress, Timeline | None]:
    """Return what happened to an order that the actor may see, None when there is none."""
    came = progress(source, query.read_model, wish, query.order_id)
    statement, values = _LAST_VERSION, [query.order_id]
    for condition in conditions.visible_to(query.actor):
        statement += f" and exists (select from ({_FIRST}) as first where {condition.sql})"
        values += [query.order_id, *condition.values]
    [(version,)] = reading.fetch(source, statement, values, prepared=True)
    if version is None:
        return came.of_nothing(), None
    asked = [query.order_id, query.after_version, query.page_size + 1]
    found = reading.records(source, ENTRY, _ENTRIES, asked)
    for entry in found:
        entry["data"] = msgspec.Raw(entry["data"].encode())
    shown = found[: query.page_size]
    return came, Timeline(shown, version, shown[-1]["version"] if len(found) > len(shown) else None)


def get_customer(query: GetCustomer, wish: Wish, source: str) -> tuple[Progress, list[Row]]:
    """Return what a customer has ordered, a row for each currency; none for one that nobody knows."""
    came = progress(source, query.read_model, wish)
    visible = conditions.visible_to(query.actor)
    statement = " and ".join([_SUMMARIES, *(condition.sql for condition in visible)]) + " order by currency"
    values = [query.customer_id, *(value for condition in visible for value in condition.values)]
    return came, reading.records(source, SUMMARY, statement, values)
