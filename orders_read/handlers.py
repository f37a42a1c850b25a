"""How each question is answered, from the read database alone."""

from uuid import UUID

import msgspec
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import OperationalError, connections, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from psycopg.errors import QueryCanceled

from orders_read.models import OrderView
from orders_read.queries import GetCustomerOrders, GetOrderById, Paged, Query, SearchOrders

SEARCH_TIMEOUT = "1s"


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


class SearchTooSlow(Exception):
    """A search was given up; nothing was changed by it."""

    def __init__(self) -> None:
        super().__init__(f"The search was given up after {SEARCH_TIMEOUT}; use more or rarer words, or a status.")


def get_order_by_id(query: GetOrderById) -> OrderView | None:
    """Return the order, None when the read model has none of that id that the actor may see."""
    return _views(query).filter(order_id=query.order_id).first()


def get_customer_orders(query: GetCustomerOrders) -> Page:
    """Return a page of a customer's orders, newest first; an unknown customer has none."""
    return _page(_with_status(query).filter(customer_id=query.customer_id).order_by("-created_at", "-order_id"), query)


def search_orders(query: SearchOrders) -> Page:
    """Return a page of the orders that the words are in.

    Raises:
        SearchTooSlow: one of its statements took longer than SEARCH_TIMEOUT.
    """
    found = _with_status(query).order_by(*_order(query))
    if query.q:
        found = found.filter(matching(query.q))
    try:
        return _page_in_time(found, query)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise SearchTooSlow from error
        raise


def matching(text: str) -> Q:
    """Return the condition that an order's words match a text, or that the text is its id."""
    try:
        return Q(search=_words(text)) | Q(order_id=UUID(text.strip()))
    except ValueError:
        return Q(search=_words(text))


def _words(text: str) -> SearchQuery:
    return SearchQuery(text, config="simple", search_type="websearch")


def _order(query: SearchOrders) -> list[OrderBy]:
    """The id breaks ties, so that no order stands on two pages."""
    first = SearchRank(F("search"), _words(query.q)) if query.sort_by == "relevance" else F(query.sort_by)
    return [OrderBy(field, descending=query.sort_order == "desc") for field in (first, F("order_id"))]


def _views(query: Query) -> QuerySet[OrderView]:
    """The orders that the actor may see, from one server: what more is asked of this set goes to the same replica."""
    views = OrderView.objects.visible_to(query.actor).defer("search", "search_text")
    return views.using(views.db)


def _with_status(query: Paged) -> QuerySet[OrderView]:
    return _views(query).filter(status=query.status) if query.status else _views(query)


def _page_in_time(found: QuerySet[OrderView], query: Paged) -> Page:
    with transaction.atomic(using=found.db):
        with connections[found.db].cursor() as cursor:
            cursor.execute("select set_config('statement_timeout', %s, true)", [SEARCH_TIMEOUT])
        return _page(found, query)


def _page(found: QuerySet[OrderView], query: Paged) -> Page:
    start = (query.page - 1) * query.page_size
    return Page(list(found[start : start + query.page_size]), found.count(), query.page, query.page_size)
