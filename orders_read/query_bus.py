"""The query bus: which handler answers which question, and how an answer waits for what it must show."""

from collections.abc import Callable, MutableMapping
from typing import Any

import msgspec
from django.conf import settings

from orders_read import feed, finding, handlers, listing, reading, reports, waiting
from orders_read.consistency import DEFAULT_WAIT_SECONDS, Progress, Wish
from orders_read.queries import (
    FollowEvents,
    GetCustomer,
    GetCustomerOrders,
    GetDailySales,
    GetOrderById,
    GetOrderTimeline,
    GetProductSales,
    GetSalesTotals,
    GetTopProducts,
    ListOrders,
    Query,
    SearchOrders,
)
from orders_read.waiting import Need

Handler = Callable[[Any, Wish, str], tuple[Progress, Any]]


def _orders(query: ListOrders, wish: Wish, source: str) -> tuple[Progress, listing.Page]:
    by_words = isinstance(query, SearchOrders) and query.q
    answer = finding.find_orders if by_words or query.product_id is not None else listing.list_orders
    return answer(query, wish, source)


HANDLERS: MutableMapping[type[Query], Handler] = {
    GetOrderById: handlers.get_order_by_id,
    GetOrderTimeline: handlers.get_order_timeline,
    ListOrders: _orders,
    GetCustomerOrders: _orders,
    SearchOrders: _orders,
    GetCustomer: handlers.get_customer,
    GetDailySales: reports.get_daily_sales,
    GetProductSales: reports.get_product_sales,
    GetSalesTotals: reports.get_sales_totals,
    GetTopProducts: reports.get_top_products,
    FollowEvents: feed.follow_events,
    # GetOrderAsOf and GetProjections take code of both sides: projections/apps.py adds their handlers.
}


class Answer(msgspec.Struct, frozen=True):
    """What was found, how far its read model has come, and whether it lacks what was asked to be in it.

    `waited` is the preference for waiting that was followed, in seconds.
    """

    found: Any
    progress: Progress
    stale: bool
    waited: int | None = None


def ask(query: Query, wish: Wish = Wish()) -> Answer:  # noqa: B008  (frozen)
    """Return the answer to a question, after waiting for what is wished for, when that is wished."""
    source = reading.a_server()
    waited = _wait(query, wish, source)
    came, found = HANDLERS[type(query)](query, wish, source)
    return Answer(found, came, not came.shows(wish) or _lacks(query, found), waited)


def _lacks(query: Query, found: Any) -> bool:
    """Tell whether an answer lacks something, however far its read model has come."""
    if isinstance(query, GetOrderById) and query.expected_version:
        return found is None or found["version"] < query.expected_version
    return isinstance(query, FollowEvents) and found.held


def _wait(query: Query, wish: Wish, source: str) -> int | None:
    """Wait until the read model shows what must be in the answer; return the preference that was followed."""
    need, longest = _need(query, wish, source), int(settings.READ_WAIT_MAX_SECONDS)
    seconds = min(longest, DEFAULT_WAIT_SECONDS[query.read_model] if wish.wait is None else wish.wait)
    try:
        if need is not None and seconds and not waiting.met([need])[0]:
            waiting.readers.wait(need, seconds, settings.READ_WAITERS)
    except waiting.Full:
        return None
    followed = wish.wait is not None and (need is not None or isinstance(query, FollowEvents))
    return seconds if followed else None


def _need(query: Query, wish: Wish, source: str) -> Need | None:
    if isinstance(query, GetOrderById) and query.expected_version is not None:
        order = (query.order_id, query.expected_version, query.actor.customer_id)
        return Need(source, query.read_model, wish.position, *order)
    return Need(source, query.read_model, wish.position) if wish.position else None
