"""The query parameters of the read side: checked, and turned into the question that they ask."""

from typing import TypeVar
from uuid import UUID

from rest_framework.request import Request

from gate.params import number, one_of, read_query, text
from gate.permissions import actor_of
from gate.problems import invalid_field
from orders_read.queries import (
    MAX_DEPTH,
    MAX_PAGE_SIZE,
    SORT_FIELDS,
    SORT_ORDERS,
    STATUSES,
    GetCustomerOrders,
    GetOrderById,
    Paged,
    SearchOrders,
)

MAX_WORDS = 16
Asked = TypeVar("Asked", bound=Paged)
_PAGED = {"status": one_of(STATUSES), "page": number(1, MAX_DEPTH), "page_size": number(1, MAX_PAGE_SIZE)}
_SEARCH = {"q": text(200), "sort_by": one_of(SORT_FIELDS), "sort_order": one_of(SORT_ORDERS), **_PAGED}


def order_by_id(request: Request, order_id: UUID) -> GetOrderById:
    """Return the question for one order.

    Raises:
        Problem: 400, there are parameters.
    """
    read_query(request, {})
    return GetOrderById(actor=actor_of(request), order_id=order_id)


def customer_orders(request: Request, customer_id: str) -> GetCustomerOrders:
    """Return the question for a customer's orders.

    Raises:
        Problem: 400, a parameter is wrong.
    """
    return _bounded(GetCustomerOrders(actor=actor_of(request), customer_id=customer_id, **read_query(request, _PAGED)))


def search(request: Request) -> SearchOrders:
    """Return the question of a search.

    Raises:
        Problem: 400, a parameter is wrong.
    """
    query = _bounded(SearchOrders(actor=actor_of(request), **read_query(request, _SEARCH)))
    if len(query.q.split()) > MAX_WORDS:
        raise invalid_field("q", f"A search has at most {MAX_WORDS} words.")
    if query.sort_by == "relevance" and not query.q:
        raise invalid_field("sort_by", "Sorting by relevance needs words to search for in 'q'.")
    return query


def _bounded(query: Asked) -> Asked:
    if query.page * query.page_size > MAX_DEPTH:
        raise invalid_field("page", f"Pages reach the first {MAX_DEPTH} orders; narrow the question down.")
    return query
