"""The queries over HTTP: parse, ask, translate."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gate.params import customer_id_of, order_id_of
from gate.permissions import May, check_customer
from gate.problems import Problem
from gate.tokens import AUDITOR, CUSTOMER, OPERATOR
from orders_read import filters
from orders_read.handlers import SearchTooSlow
from orders_read.query_bus import ask
from orders_read.serializers import order_body, page_body

_LATER = {"Retry-After": "2"}


class OrderDetail(APIView):
    """One order."""

    may: May = {"GET": {CUSTOMER, OPERATOR, AUDITOR}}

    def get(self, request: Request, order_id: str) -> Response:
        """Return the order."""
        order = ask(filters.order_by_id(request, order_id_of(order_id)))
        if order is None:
            raise Problem(404, "order-not-found", "There is no such order", _unknown(order_id))
        return Response(order_body(order), headers={"ETag": f'"{order.version}"'})


class CustomerOrders(APIView):
    """The orders of one customer."""

    may: May = {"GET": {CUSTOMER, OPERATOR, AUDITOR}}

    def get(self, request: Request, customer_id: str) -> Response:
        """Return a page of them, newest first."""
        query = filters.customer_orders(request, customer_id_of(customer_id))
        check_customer(query.actor, query.customer_id)
        return Response(page_body(ask(query)))


class SearchOrders(APIView):
    """All orders, by the words in them."""

    may: May = {"GET": {CUSTOMER, OPERATOR, AUDITOR}}

    def get(self, request: Request) -> Response:
        """Return a page of those found."""
        try:
            return Response(page_body(ask(filters.search(request))))
        except SearchTooSlow as error:
            raise Problem(503, "search-too-slow", "The search takes too long", str(error), headers=_LATER) from error


def _unknown(order_id: str) -> str:
    return f"The read model has no order {order_id}; if it was placed just now, ask again in a moment."
