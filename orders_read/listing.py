"""Lists: no question looks at more than WALK entries of an index, whatever its filters and however many orders.

One filter with an index of its own is read from it. With several, rows of a value that is rare are read and filtered;
else the index of the sort order, which holds every filter's column, is walked and filtered without touching the table.
A walk that ends before the page is full says so by its `next`.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from orders_read import conditions, reading, rows
from orders_read.conditions import Condition, beyond, is_descending, sorting
from orders_read.consistency import Progress, Wish, progress
from orders_read.queries import Cursor, ListOrders
from orders_read.rows import Row

WALK, FEW = 10_000, 1_000
_NEWEST = "created_at desc, order_id desc"
_OWN_INDEX = {
    "status": _NEWEST, "order_status": _NEWEST, "payment_status": _NEWEST, "fulfillment_status": _NEWEST,
    "country": _NEWEST, "currency": "total desc, order_id desc", "created_at": _NEWEST,
}  # fmt: skip
_NEWEST_FIRST = {column for column, order in _OWN_INDEX.items() if order == _NEWEST}


class Page(msgspec.Struct, frozen=True):
    """Some orders, the cursors of what lies beside them, and, of a numbered page, how many there are in all.

    `total` is a lower bound where `total_is_exact` is not true.
    """

    orders: list[Row]
    page_size: int
    next: Cursor | None = None
    previous: Cursor | None = None
    page: int | None = None
    total: int = 0
    total_is_exact: bool = True

    @property
    def total_pages(self) -> int:
        """How many pages hold them all, 0 for none."""
        return -(-self.total // self.page_size)


class Place(NamedTuple):
    """Where an order stands in a sorted list."""

    value: Any
    order_id: UUID

    def cursor(self, *, forward: bool) -> Cursor:
        """Return the cursor to what is after it, or before."""
        return Cursor(forward, _text(self.value), self.order_id)


class Plan(NamedTuple):
    """How a question is answered: the first `bound` entries of an index that meet `inner`, of which those of `outer`.

    `resumes`: entries beyond the bound can be reached by a cursor, because they are read in the order of the answer.
    """

    inner: list[Condition]
    outer: list[Condition]
    order: str
    bound: int
    resumes: bool


def list_orders(query: ListOrders, wish: Wish, source: str) -> tuple[Progress, Page]:
    """Return how far the orders have come, and a page of those asked for."""
    found = progress(source, query.read_model, wish)
    plan = _plan(query, source)
    offset = (query.page - 1) * query.page_size if query.cursor is None else 0
    places = _places(query, plan, offset, source)
    end = None if len(places) > query.page_size else _end(query, plan, source)
    page = page_of(query, places, end, source)
    return found, page if query.cursor else msgspec.structs.replace(page, **_count(plan, source))


def page_of(query: ListOrders, places: list[Place], end: Place | None, source: str, extra: str = "") -> Page:
    """Return the page of places that were found, in the order in which they were read; `end` is where reading ended."""
    forward, more = query.cursor is None or query.cursor.forward, len(places) > query.page_size
    shown = places[: query.page_size]
    after = shown[-1] if more else end
    came_from = _came_from(query, shown)
    onward, back = after and after.cursor(forward=forward), came_from and came_from.cursor(forward=not forward)
    ordered = shown if forward else shown[::-1]
    orders = rows.orders(source, [place.order_id for place in ordered])
    page = query.page if query.cursor is None else None
    return Page(orders, query.page_size, *((onward, back) if forward else (back, onward)), page=page)


def _came_from(query: ListOrders, shown: list[Place]) -> Place | None:
    """Return the place on the other side of which lies what is before this page."""
    begins = query.page == 1 if query.cursor is None else query.cursor.order_id is None
    return shown[0] if shown and not begins else None


def _plan(query: ListOrders, source: str) -> Plan:
    asked = conditions.conditions(query)
    if any(condition.column == "customer_id" for condition in asked):
        return _of_customer(query, asked)
    if _has_an_index(query, asked):
        return _in_order(query, asked, [])
    rare = _rare(asked, source) if asked else None
    if rare:
        others = [condition for condition in asked if condition.column != rare[0].column]
        return Plan(rare, [*others, *beyond(query)], _OWN_INDEX[rare[0].column], FEW, resumes=False)
    inside = {query.sort_by, "currency"} if query.sort_by == "total" else {query.sort_by}
    inner = [condition for condition in asked if condition.column in inside]
    return _in_order(query, inner, [condition for condition in asked if condition not in inner])


def _of_customer(query: ListOrders, asked: list[Condition]) -> Plan:
    """Read a customer's orders, newest first unless the oldest are asked for; any other order sorts the newest."""
    dated = {"customer_id", "created_at"} if query.sort_by == "created_at" else {"customer_id"}
    inner = [condition for condition in asked if condition.column in dated]
    outer = [condition for condition in asked if condition.column not in dated]
    if query.sort_by == "created_at":
        return _in_order(query, inner, outer)
    return Plan(inner, [*outer, *beyond(query)], _NEWEST, WALK, resumes=False)


def _in_order(query: ListOrders, inner: list[Condition], outer: list[Condition]) -> Plan:
    order = sorting(query.sort_by, descending=is_descending(query))
    reached = query.page * query.page_size + 1 if query.cursor is None else 0
    return Plan([*inner, *beyond(query)], outer, order, WALK if outer else max(WALK, reached), resumes=True)


def _has_an_index(query: ListOrders, asked: list[Condition]) -> bool:
    """Tell whether one index holds just what is asked for, in the order that is asked for."""
    filtered = {condition.column for condition in asked}
    match query.sort_by:
        case "created_at":
            return filtered <= _NEWEST_FIRST and len(filtered - {"created_at"}) <= 1
        case "total":
            return filtered in (set(), {"currency"}, {"currency", "total"})
        case _:
            return not filtered


def _rare(asked: list[Condition], source: str) -> list[Condition] | None:
    """Return the conditions on the column, of those with an index, that the fewest rows meet; None if over FEW do."""
    columns = [column for column in _OWN_INDEX if any(condition.column == column for condition in asked)]
    if not columns:
        return None
    choices = [[condition for condition in asked if condition.column == column] for column in columns]
    counts = _counted(choices, source)
    fewest = min(range(len(choices)), key=counts.__getitem__)
    return choices[fewest] if counts[fewest] <= FEW else None


def _counted(choices: list[list[Condition]], source: str) -> list[int]:
    """Return how many rows meet each list of conditions, none counted further than just over FEW."""
    parts, values = [], []
    for choice in choices:
        clause, given = conditions.where(choice)
        order = _OWN_INDEX[choice[0].column]
        parts.append(
            f"(select count(*) from (select from order_views {clause} order by {order} limit {FEW + 1}) as few)"
        )
        values += given
    return list(reading.fetch(source, f"select {', '.join(parts)}", values)[0])


def _looked_at(plan: Plan, bound: int, names: set[str]) -> tuple[str, list[Any]]:
    """Return what a plan looks at, as a subquery with these columns and those of its outer conditions."""
    clause, values = conditions.where(plan.inner)
    columns = ", ".join(sorted({*names, *(condition.column for condition in plan.outer)}))
    sql = f"(select {columns} from order_views {clause} order by {plan.order} limit {bound}) as looked_at"
    return sql, values


def _places(query: ListOrders, plan: Plan, offset: int, source: str) -> list[Place]:
    """Return the page's places, and one more where there is one."""
    looked_at, inner = _looked_at(plan, plan.bound, {query.sort_by, "order_id"})
    clause, outer = conditions.where(plan.outer)
    order = sorting(query.sort_by, descending=is_descending(query))
    statement = f"select {query.sort_by}, order_id from {looked_at} {clause} order by {order} offset %s limit %s"
    found = reading.fetch(source, statement, [*inner, *outer, offset, query.page_size + 1])
    return [Place(value, order_id) for value, order_id in found]


def _end(query: ListOrders, plan: Plan, source: str) -> Place | None:
    """Return the last place that was looked at when there may be more beyond it."""
    if not plan.resumes or not plan.outer:
        return None
    clause, values = conditions.where(plan.inner)
    last = f"select {query.sort_by}, order_id from order_views {clause} order by {plan.order} offset %s limit 1"
    found = reading.fetch(source, last, [*values, plan.bound - 1])
    return Place(*found[0]) if found else None


def _count(plan: Plan, source: str) -> dict[str, Any]:
    """Return the members of a numbered page that say how many orders there are."""
    looked_at, inner = _looked_at(plan, min(plan.bound, WALK) + 1, set())
    clause, outer = conditions.where(plan.outer)
    counts = f"count(*) filter ({clause}), count(*)" if clause else "count(*)"
    [(total, *seen)] = reading.fetch(source, f"select {counts} from {looked_at}", [*outer, *inner])
    return {"total": min(total, WALK), "total_is_exact": max([total, *seen]) <= min(plan.bound, WALK)}


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
