"""Searches, and lists by product: what an index knows without an order is looked for from the newest orders on.

The newest orders are searched first, then as many more as should hold what is missing, then all. So a common word costs
no more in a long history than in a short one, and a rare word what its few orders cost. What is sorted by anything but
time are the newest CANDIDATES matches.
"""

import html
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from orders_read import conditions, reading
from orders_read.conditions import Condition, beyond, is_descending, sorting
from orders_read.consistency import Progress, Wish, progress
from orders_read.listing import Page, Place, page_of
from orders_read.queries import ListOrders, SearchOrders
from orders_read.rows import Row
from orders_read.words import tsquery

CANDIDATES = 1_000
_FIRST, _MARGIN = 2_000, 1.5
_BEGIN, _END = "\x02", "\x03"
_HEADLINE = f"StartSel={_BEGIN}, StopSel={_END}, MaxFragments=2, MaxWords=12, MinWords=4, FragmentDelimiter= … "
_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "created_at": datetime.fromisoformat,
    "updated_at": datetime.fromisoformat,
    "total": Decimal,
    "relevance": float,
}


class _Window(NamedTuple):
    """A part of time; None is without an end. What was recorded at `edge` is inside, at `start` outside."""

    start: datetime | None
    edge: datetime | None


def find_orders(query: ListOrders, wish: Wish, source: str) -> tuple[Progress, Page]:
    """Return how far the orders have come, and a page of those that the words or the product are in.

    Raises:
        TooSlow: one of its statements took too long.
    """
    with reading.in_time(source):
        came = progress(source, query.read_model, wish)
        wanted = _wanted(query)
        found = _found(query, source, wanted) if _says_something(query, source) else []
        page = page_of(query, _shown(query, found, wanted), None, source)
        _add_headlines(query, page.orders, source)
    if query.cursor is not None:
        return came, page
    exact = len(found) < wanted
    return came, msgspec.structs.replace(page, total=len(found) if exact else wanted - 1, total_is_exact=exact)


def _wanted(query: ListOrders) -> int:
    """Return how many matches are looked for: those of the page, or all that are counted or sorted, and one more."""
    if query.cursor is not None and query.sort_by == "created_at":
        return query.page_size + 1
    deep = query.page * query.page_size if query.sort_by == "created_at" else 0
    return max(CANDIDATES, deep) + 1


def _words(query: ListOrders) -> Condition | None:
    return tsquery(query.q) if isinstance(query, SearchOrders) and query.q else None


def _says_something(query: ListOrders, source: str) -> bool:
    """Tell whether there is anything to look for: of some signs no words are left."""
    words = _words(query)
    if words is None or _as_id(query) is not None:
        return True
    [(nodes,)] = reading.fetch(source, f"select numnode({words.sql})", words.values)
    return bool(nodes > 0)


def _matching(query: ListOrders) -> list[Condition]:
    found = conditions.conditions(query)
    if query.product_id is not None:
        found.append(Condition("product_ids", "product_ids @> array[%s]", (query.product_id,)))
    if words := _words(query):
        sql, values, order_id = f"search @@ {words.sql}", words.values, _as_id(query)
        either = Condition("search", f"({sql} or order_id = %s)", (*values, order_id))
        found.append(either if order_id else Condition("search", sql, values))
    return found


def _as_id(query: ListOrders) -> UUID | None:
    """Return the order id that was typed in the place of words."""
    try:
        return UUID(query.q) if isinstance(query, SearchOrders) else None
    except ValueError:
        return None


def _found(query: ListOrders, source: str, wanted: int) -> list[Place]:
    """Return matches from the newest on (or the oldest, when they are sorted so), at most as many as are wanted."""
    descending = is_descending(query) if query.sort_by == "created_at" else True
    after = beyond(query) if query.sort_by == "created_at" else []
    newest, edge = _first_window(source, after, descending=descending)
    found = _in_window(query, source, _Window(None, edge), wanted)
    if edge is None or len(found) == wanted:
        return found
    wider = _wider(newest, edge, len(found), wanted)
    found += _in_window(query, source, _Window(edge, wider), wanted - len(found))
    if wider is None or len(found) == wanted:
        return found
    return found + _in_window(query, source, _Window(wider, None), wanted - len(found))


def _first_window(source: str, after: list[Condition], *, descending: bool) -> tuple[Any, Any]:
    """Return when the first order was created, and the one _FIRST places behind it; None where there are fewer."""
    clause, values = conditions.where(after)
    order = sorting("created_at", descending=descending)
    times = f"select created_at from order_views {clause} order by {order} limit 1 offset"
    statement = f"select ({times} 0), ({times} {_FIRST})"
    return reading.fetch(source, statement, [*values, *values])[0]  # type: ignore[return-value]


def _wider(newest: datetime, edge: datetime, found: int, wanted: int) -> datetime | None:
    """Return until when there should be enough, going by how many there were in the first window; None for ever."""
    times = _MARGIN * (wanted - found) / max(found, 0.5)
    try:
        return edge + (edge - newest) * times
    except OverflowError:
        return None


def _in_window(query: ListOrders, source: str, window: _Window, wanted: int) -> list[Place]:
    descending = is_descending(query) if query.sort_by == "created_at" else True
    inside, outside = (">=", "<") if descending else ("<=", ">")
    asked = _matching(query) + (beyond(query) if query.sort_by == "created_at" else [])
    if window.edge is not None:
        asked.append(Condition("created_at", f"created_at {inside} %s", (window.edge,)))
    if window.start is not None:
        asked.append(Condition("created_at", f"created_at {outside} %s", (window.start,)))
    clause, values = conditions.where(asked)
    value, given = _sorted_by(query)
    order = sorting("created_at", descending=descending)
    statement = f"select {value}, order_id from order_views {clause} order by {order} limit %s"
    return [Place(*found) for found in reading.fetch(source, statement, [*given, *values, wanted])]


def _sorted_by(query: ListOrders) -> tuple[str, tuple[Any, ...]]:
    words = _words(query)
    if query.sort_by == "relevance" and words:
        return f"ts_rank(search, {words.sql})", words.values
    return query.sort_by, ()


def _shown(query: ListOrders, found: list[Place], wanted: int) -> list[Place]:
    """Return the page's places, and one more where there is one."""
    if query.sort_by != "created_at":
        found = _beyond(query, sorted(found[: wanted - 1], reverse=is_descending(query)))
    start = (query.page - 1) * query.page_size if query.cursor is None else 0
    return found[start : start + query.page_size + 1]


def _beyond(query: ListOrders, places: list[Place]) -> list[Place]:
    if query.cursor is None or query.cursor.order_id is None or query.cursor.value is None:
        return places
    cursor = Place(_FROM_TEXT[query.sort_by](query.cursor.value), query.cursor.order_id)
    return [place for place in places if (place < cursor if is_descending(query) else place > cursor)]


def _add_headlines(query: ListOrders, orders: list[Row], source: str) -> None:
    """Give each order its words around those that were found, as HTML with `<mark>`."""
    words = _words(query)
    if words is None or not orders:
        return
    headline = f"ts_headline('simple', search_text, {words.sql}, %s)"
    statement = f"select order_id::text, {headline} from order_views where order_id = any(%s)"
    ids = [order["order_id"] for order in orders]
    found = dict(reading.fetch(source, statement, [*words.values, _HEADLINE, ids]))  # type: ignore[arg-type]
    for order in orders:
        marked = html.escape(found.get(order["order_id"], ""), quote=False)
        order["headline"] = marked.replace(_BEGIN, "<mark>").replace(_END, "</mark>")
