"""The query parameters and headers of the read side: checked, and turned into the question that they ask."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from rest_framework.request import Request

from gate.checks import Check
from gate.headers import consistency_of, wait_of
from gate.params import read_query
from gate.permissions import actor_of
from gate.problems import invalid_field
from gate.tokens import Actor
from orders_read import cursors, parameters
from orders_read.consistency import Wish
from orders_read.cursors import NotACursor
from orders_read.parameters import MAX_WORDS
from orders_read.queries import (
    MAX_DEPTH,
    FollowEvents,
    GetCustomer,
    GetCustomerOrders,
    GetDailySales,
    GetOrderAsOf,
    GetOrderById,
    GetOrderTimeline,
    GetProductSales,
    GetProjections,
    ListOrders,
    SearchOrders,
)

DAYS, MONTHS = 366, 60
Listed = TypeVar("Listed", bound=ListOrders)


def wish(request: Request) -> Wish:
    """Return what the answer must show, and for how long that may be waited for.

    Raises:
        Problem: 400, a header is wrong.
    """
    return Wish(consistency_of(request), wait_of(request))


def one_order(request: Request, order_id: UUID) -> GetOrderById | GetOrderAsOf:
    """Return the question for one order, as it is or as it was.

    Raises:
        Problem: 400, a parameter is wrong, or two of them contradict one another.
    """
    found, actor = read_query(request, parameters.ONE_ORDER), actor_of(request)
    if len(found) > 1:
        raise invalid_field(list(found)[1], f"Of {', '.join(parameters.ONE_ORDER)} one may be given at a time.")
    if "as_of_version" in found or "as_of" in found:
        return GetOrderAsOf(actor=actor, order_id=order_id, **found)
    return GetOrderById(actor=actor, order_id=order_id, **found)


def timeline(request: Request, order_id: UUID) -> GetOrderTimeline:
    """Return the question for what happened to an order.

    Raises:
        Problem: 400, a parameter is wrong.
    """
    found = read_query(request, parameters.TIMELINE)
    return GetOrderTimeline(actor=actor_of(request), order_id=order_id, **found)


def orders(request: Request) -> ListOrders:
    """Return the question of a list.

    Raises:
        Problem: 400, a parameter is wrong.
    """
    return _listed(ListOrders, read_query(request, parameters.ORDERS), actor_of(request))


def customer_orders(request: Request, customer_id: str) -> GetCustomerOrders:
    """Return the question for a customer's orders.

    Raises:
        Problem: 400, a parameter is wrong.
    """
    return _listed(
        GetCustomerOrders,
        read_query(request, parameters.CUSTOMER_ORDERS) | {"customer_id": customer_id},
        actor_of(request),
    )


def customer(request: Request, customer_id: str) -> GetCustomer:
    """Return the question for one customer.

    Raises:
        Problem: 400, there are parameters.
    """
    read_query(request, {})
    return GetCustomer(actor=actor_of(request), customer_id=customer_id)


def search(request: Request) -> SearchOrders:
    """Return the question of a search.

    Raises:
        Problem: 400, a parameter is wrong.
    """
    return search_of(read_query(request, parameters.SEARCH), actor_of(request))


def search_of(found: dict[str, Any], actor: Actor) -> SearchOrders:
    """Return the question of a search whose parameters are checked, each for itself.

    Raises:
        Problem: 400, they contradict one another.
    """
    query = _listed(SearchOrders, found, actor)
    if len(query.q.split()) > MAX_WORDS:
        raise invalid_field("q", f"A search has at most {MAX_WORDS} words.")
    if query.sort_by == "relevance" and not query.q:
        raise invalid_field("sort_by", "Sorting by relevance needs words to search for in 'q'.")
    return query


def _listed(question: type[Listed], found: dict[str, Any], actor: Actor) -> Listed:
    given = {name: value for name, value in found.items() if value != ""}
    cursor = given.pop("cursor", None)
    query = question(actor=actor, **given)
    _check_totals(query)
    if cursor is None:
        return _bounded(query)
    if "page" in given:
        raise invalid_field("page", "A page has a number or a cursor, not both.")
    try:
        return msgspec.structs.replace(query, cursor=cursors.read(query, cursor))
    except NotACursor as error:
        raise invalid_field("cursor", str(error)) from error


def _check_totals(query: ListOrders) -> None:
    """Refuse to compare amounts of several currencies, but for the plain order by number of all orders."""
    limited = query.total_min is not None or query.total_max is not None
    if query.currency is None and limited:
        raise invalid_field("currency", "A limit of the total needs the currency that it is in.")
    by_words = isinstance(query, SearchOrders) and query.q
    if query.currency is None and query.sort_by == "total" and not by_words and is_filtered(query):
        raise invalid_field("currency", "Filtered orders are sorted by total within one currency: name it.")


def is_filtered(query: ListOrders) -> bool:
    """Tell whether some orders only are asked for."""
    plain = type(query)(actor=query.actor)
    how = {"sort_by", "sort_order", "page", "page_size", "cursor", "counts", "actor"}
    names = set(ListOrders.__struct_fields__) - how
    return any(getattr(query, name) != getattr(plain, name) for name in names)


def _bounded(query: Listed) -> Listed:
    if query.page * query.page_size > MAX_DEPTH:
        raise invalid_field("page", f"Pages reach the first {MAX_DEPTH} orders; follow `next` cursors beyond them.")
    return query


def daily_sales(request: Request) -> tuple[GetDailySales, str]:
    """Return the question of the report by day, and the format it is wanted in, "" where that is left open.

    Raises:
        Problem: 400, a parameter is wrong.
    """
    found = _report(request, parameters.DAILY_SALES)
    last = found.pop("to", None) or datetime.now(UTC).date()
    first = found.pop("from", None) or last - timedelta(days=29)
    _check_span(first, last, (last - first).days + 1, DAYS, "days")
    wanted = found.pop("format", "")
    return GetDailySales(actor=actor_of(request), first=first, last=last, **found), wanted


def product_sales(request: Request) -> tuple[GetProductSales, str]:
    """Return the question of the report by month and product, and the format it is wanted in.

    Raises:
        Problem: 400, a parameter is wrong.
    """
    found = _report(request, parameters.PRODUCT_SALES)
    last = found.pop("to", None) or datetime.now(UTC).date().replace(day=1)
    first = found.pop("from", None) or _months(last, -11)
    _check_span(first, last, 12 * (last.year - first.year) + last.month - first.month + 1, MONTHS, "months")
    wanted = found.pop("format", "")
    return GetProductSales(actor=actor_of(request), first=first, last=last, **found), wanted


def events(request: Request) -> FollowEvents:
    """Return the question of who follows the log.

    Raises:
        Problem: 400, a parameter is wrong.
    """
    return FollowEvents(actor=actor_of(request), **read_query(request, parameters.EVENTS))


def projections(request: Request) -> GetProjections:
    """Return the question for where the projections stand.

    Raises:
        Problem: 400, there are parameters.
    """
    read_query(request, {})
    return GetProjections(actor=actor_of(request))


def _report(request: Request, checks: Mapping[str, Check]) -> dict[str, Any]:
    return {name: value for name, value in read_query(request, checks).items() if value != ""}


def _check_span(first: date, last: date, span: int, longest: int, unit: str) -> None:
    if span < 1:
        raise invalid_field("from", f"The report's first day, {first}, comes after its last, {last}.")
    if span > longest:
        raise invalid_field("from", f"A report covers at most {longest} {unit}, not {span}; ask for it in parts.")


def _months(day: date, more: int) -> date:
    months = 12 * day.year + day.month - 1 + more
    return date(max(1, months // 12), months % 12 + 1, 1)
