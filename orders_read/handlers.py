"""How each question is answered, from the read database alone."""

from uuid import UUID

import msgspec
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connections, transaction
from django.db.models import F, Q, QuerySet

from orders_read.models import OrderView
from orders_read.queries import GetCustomerOrders, GetOrderById, Paged, SearchOrders

SEARCH_TIMEOUT = "2s"


class Page(msgspec.Struct, frozen=True):
    """One page of orders, and how many there are in all."""

    orders: list[OrderView]
    total: int
    page: int
    page_size: int

    @property
    def total_pages(self) -> int:
        """How many pages hold them all, 0 for none."""
        return -(-self.total // self.page_size)


def get_order_by_id(query: GetOrderById) -> OrderView | None:
    """Return the order, None when the read model has none of that id."""
    return _views().filter(order_id=query.order_id).first()


def get_customer_orders(query: GetCustomerOrders) -> Page:
    """Return a page of a customer's orders, newest first; an unknown customer has none."""
    return _page(_with_status(query).filter(customer_id=query.customer_id).order_by("-created_at", "-order_id"), query)


def search_orders(query: SearchOrders) -> Page:
    """Return a page of the orders that the words are in.

    Raises:
        OperationalError: it took longer than SEARCH_TIMEOUT.
    """
    found = _with_status(query)
    if query.q:
        words = SearchQuery(query.q, config="simple", search_type="websearch")
        found = found.filter(_matches(query.q, words)).annotate(relevance=SearchRank(F("search"), words))
    alias = found.db
    with transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute(f"set local statement_timeout = '{SEARCH_TIMEOUT}'")
        return _page(found.order_by(*_order(query)), query)


def _matches(text: str, words: SearchQuery) -> Q:
    try:
        return Q(search=words) | Q(order_id=UUID(text))
    except ValueError:
        return Q(search=words)


def _order(query: SearchOrders) -> list[str]:
    sign = "-" if query.sort_order == "desc" else ""
    return [f"{sign}{query.sort_by}", f"{sign}order_id"]


def _views() -> QuerySet[OrderView]:
    return OrderView.objects.defer("search", "search_text")


def _with_status(query: Paged) -> QuerySet[OrderView]:
    return _views().filter(status=query.status) if query.status else _views()


def _page(found: QuerySet[OrderView], query: Paged) -> Page:
    start = (query.page - 1) * query.page_size
    return Page(list(found[start : start + query.page_size]), found.count(), query.page, query.page_size)
