"""The queries about orders and customers over HTTP: parse, ask, translate."""

import msgspec
from django.http import HttpResponse
from rest_framework.request import Request

from gate.headers import known_tags, prefers_count
from gate.params import customer_id_of, order_id_of
from gate.permissions import May, check_customer, customer_not_found
from gate.plain_view import PlainView
from gate.problems import Problem
from gate.tokens import AUDITOR, CUSTOMER, OPERATOR
from orders_read import answers, filters
from orders_read.queries import GetOrderAsOf, ListOrders, Query
from orders_read.query_bus import Answer, ask
from orders_read.reading import TooSlow
from orders_read.serializers import order_body, page_body, summary_body

READERS: May = {"GET": {CUSTOMER, OPERATOR, AUDITOR}}
_LATER = {"Retry-After": "2"}


class OrderDetail(PlainView):
    """One order."""

    may: May = READERS

    def get(self, request: Request, order_id: str) -> HttpResponse:
        """Return the order, as it is or as it was; 304 to somebody who has this version already."""
        query = filters.one_order(request, order_id_of(order_id))
        tags, answer = known_tags(request), ask(query, filters.wish(request))
        if answer.found is None:
            raise _unknown_order(order_id, answer, query)
        tag = f'"{answer.found["version"]}"'
        if tags & {tag, "*"}:
            return answers.not_modified(answer, tag)
        return answers.json(answer, order_body(answer.found), ETag=tag)


class OrderTimeline(PlainView):
    """What happened to one order."""

    may: May = READERS

    def get(self, request: Request, order_id: str) -> HttpResponse:
        """Return its events, the first first."""
        query = filters.timeline(request, order_id_of(order_id))
        answer = ask(query, filters.wish(request))
        if answer.found is None:
            raise _unknown_order(order_id, answer, query)
        found = answer.found
        body = {"order_id": query.order_id, "version": found.version, "items": found.entries}
        return answers.json(answer, body | {"next_after_version": found.next_after_version})


class OrderList(PlainView):
    """All orders."""

    may: May = READERS

    def get(self, request: Request) -> HttpResponse:
        """Return a page of those asked for."""
        return _page(request, filters.orders(request))


class CustomerOrders(PlainView):
    """The orders of one customer."""

    may: May = READERS

    def get(self, request: Request, customer_id: str) -> HttpResponse:
        """Return a page of them, newest first."""
        query = filters.customer_orders(request, customer_id_of(customer_id))
        check_customer(query.actor, customer_id_of(customer_id))
        return _page(request, query)


class SearchOrders(PlainView):
    """All orders, by the words in them."""

    may: May = READERS

    def get(self, request: Request) -> HttpResponse:
        """Return a page of those found."""
        return _page(request, filters.search(request))


class Customer(PlainView):
    """One customer."""

    may: May = READERS

    def get(self, request: Request, customer_id: str) -> HttpResponse:
        """Return what the customer has ordered, by currency."""
        query = filters.customer(request, customer_id_of(customer_id))
        check_customer(query.actor, query.customer_id)
        answer = ask(query, filters.wish(request))
        if not answer.found:
            raise customer_not_found(query.customer_id)
        currencies = [summary_body(summary) for summary in answer.found]
        return answers.json(answer, {"customer_id": query.customer_id, "currencies": currencies})


def _unknown_order(order_id: str, answer: Answer, query: Query) -> Problem:
    """Build the answer about an order that is not there, or was not there yet."""
    sentence = f"The read model has no order {order_id}; if it was placed just now, ask again in a moment."
    if isinstance(query, GetOrderAsOf):
        sentence = f"The read model knows no order {order_id} at that version or time."
    return Problem(404, "order-not-found", "There is no such order", sentence, headers=answers.headers_of(answer))


def _page(request: Request, query: ListOrders) -> HttpResponse:
    if query.cursor is None and prefers_count(request):
        query = msgspec.structs.replace(query, counts=True)
    try:
        answer = ask(query, filters.wish(request))
    except TooSlow as error:
        raise Problem(503, "search-too-slow", "The search takes too long", str(error), headers=_LATER) from error
    followed = ["count=exact"] if query.counts and answer.found.total_is_exact else []
    return answers.json(answer, page_body(query, answer.found), *followed)
