"""Searches, and lists by product: what an index knows without an order is looked for from the newest orders on.

As many of the newest orders are searched first as should hold what is wanted, going by the server's statistics; then as
many more as should hold what is missing; then all. Where that is less work, all matches are looked at instead. So a
common word costs no more in a long history than in a short one, and a rare word what its few orders cost. What is
sorted by anything but time are the newest CANDIDATES matches.
"""

import html
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from orders_read import conditions, reading
from orders_read.conditions import Condition, beyond, is_descending, sorting
from orders_read.consistency import Progress, Wish, progress
from orders_read.listing import WALK, Page, Place, page_of
from orders_read.queries import ListOrders, SearchOrders
from orders_read.reading import TooSlow
from orders_read.rows import Row
from orders_read.words import tsquery

CANDIDATES = 100
_FIRST, _LONGEST, _MARGIN = 2_000, 20_000, 1.2
_LOOK, _CLOSE_LOOK = 20, 200  # what it costs to fetch an order, and to read its words, in entries of an index
_ORDERS = "select reltuples from pg_class where oid = 'order_views'::regclass"
_BEGIN, _END = "\x02", "\x03"
_HEADLINE = f"StartSel={_BEGIN}, StopSel={_END}, MaxFragments=2, MaxWords=12, MinWords=4, FragmentDelimiter= … "
_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "created_at": datetime.fromisoformat,
    "updated_at": datetime.fromisoformat,
    "total": Decimal,
    "relevance": float,
}


class _Window(NamedTuple):
    """A part of time; None is without an end. What was recorded at `edge` is inside, at `start` outside.

    In a short one that begins at the beginning orders may be walked in their order, past those that do not match; in
    any other that could take as long as there are orders.
    """

    start: datetime | None
    edge: datetime | None
    is_short: bool = False


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
    total, exact = _total(query, source, found, wanted)
    return came, msgspec.structs.replace(page, total=total, total_is_exact=exact)


def _total(query: ListOrders, source: str, found: list[Place], wanted: int) -> tuple[int, bool]:
    """Return how many orders match, and whether that is exact; where it is not, there are at least so many."""
    most, matches = wanted - 1, len(found)
    if matches > most and query.counts and most < WALK:
        newest_first = msgspec.structs.replace(query, sort_by="created_at", sort_order="desc")
        with suppress(TooSlow), reading.in_time(source):
            most, matches = WALK, len(_found(newest_first, source, WALK + 1))
    return min(matches, most), matches <= most


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


def _matching(query: ListOrders, *, roughly: bool = False) -> list[Condition]:
    """Return the conditions that all matches meet; roughly, those that an index knows."""
    found = conditions.conditions(query)
    if query.product_id is not None:
        found.append(Condition("product_ids", "product_ids @> array[%s]", (query.product_id,)))
    if words := _words(query):
        found += _of_words(query, words, roughly)
    return found


def _of_words(query: ListOrders, words: Condition, roughly: bool) -> list[Condition]:
    if order_id := _as_id(query):
        return [Condition("search", f"(search @@ {words.sql} or order_id = %s)", (*words.values, order_id))]
    loose = tsquery(query.q, loosely=True)  # type: ignore[attr-defined]
    found = [Condition("search", f"search @@ {loose.sql}", loose.values)]
    if loose != words and not roughly:  # no index has this expression: it is asked of rows that the index has found
        found.append(Condition("search", f"search || '' @@ {words.sql}", words.values))
    return found


def _as_id(query: ListOrders) -> UUID | None:
    """Return the order id that was typed in the place of words."""
    try:
        return UUID(query.q) if isinstance(query, SearchOrders) else None
    except ValueError:
        return None


def _found(query: ListOrders, source: str, wanted: int) -> list[Place]:
    """Return matches from the newest on (or the oldest, when they are sorted so), at most as many as are wanted."""
    first, span = _first_window(query, source, wanted)
    found = _in_window(query, source, first, wanted)
    if first.edge is None or len(found) == wanted:
        return found
    if not found:  # there are fewer than was thought, or none of now
        return _in_window(query, source, _Window(first.edge, None), wanted)
    missing = wanted - len(found)
    wider = _after(first.edge, span, _MARGIN * missing / len(found))
    found += _in_window(query, source, _Window(first.edge, wider), missing)
    if wider is None or len(found) == wanted:
        return found
    return found + _in_window(query, source, _Window(wider, None), wanted - len(found))


def _first_window(query: ListOrders, source: str, wanted: int) -> tuple[_Window, timedelta]:
    """Return the window that should hold what is wanted, and how long it is."""
    descending = is_descending(query) if query.sort_by == "created_at" else True
    clause, values = conditions.where(beyond(query) if query.sort_by == "created_at" else [])
    times = f"select created_at from order_views {clause} order by {sorting('created_at', descending=descending)}"
    statement = f"select ({times} limit 1), ({times} limit 1 offset {_FIRST}), ({_ORDERS})"
    [(newest, edge, orders)] = reading.fetch(source, statement, [*values, *values])
    matches = _expected(query, source)
    needed = _MARGIN * wanted * orders / matches
    look = _LOOK if _matching(query) == _matching(query, roughly=True) else _CLOSE_LOOK
    if edge is None or matches * look <= needed:
        return _Window(None, None), timedelta()
    first = _Window(None, _after(newest, edge - newest, max(_FIRST, min(needed, _LONGEST)) / _FIRST), needed <= _FIRST)
    return first, (first.edge or edge) - newest


def _expected(query: ListOrders, source: str) -> float:
    """Return how many orders the server thinks there are that match."""
    clause, values = conditions.where(_matching(query, roughly=True))
    [(plan,)] = reading.fetch(source, f"explain (format json) select from order_views {clause}", values)
    return float(max(1, plan[0]["Plan"]["Plan Rows"]))


def _after(time: datetime, span: timedelta, times: float) -> datetime | None:
    """Return the time that lies so many spans (negative where the newest come first) after another; None for ever."""
    try:
        return time + span * times
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
    value, needs, given = _sorted_by(query)
    order = sorting("created_at", descending=descending)
    matching = f"select created_at, order_id, {needs} as needed from order_views {clause}"
    if not window.is_short:
        matching = f"select * from ({matching} offset 0) as matching"
    statement = f"select {value}, order_id from ({matching} order by {order} limit %s) as newest"
    return [Place(*found) for found in reading.fetch(source, statement, [*given, *values, wanted])]


def _sorted_by(query: ListOrders) -> tuple[str, str, tuple[Any, ...]]:
    """Return what orders are sorted by, made of the column `needed`; that column; and the values for it."""
    words = _words(query)
    if query.sort_by == "relevance" and words:
        return f"ts_rank(needed, {words.sql})", "search", words.values
    return "needed", query.sort_by, ()


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
