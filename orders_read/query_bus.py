"""The query bus: which handler answers which question."""

from collections.abc import Callable, Mapping
from typing import Any

from orders_read import handlers
from orders_read.queries import GetCustomerOrders, GetOrderById, Query, SearchOrders

HANDLERS: Mapping[type[Query], Callable[[Any], Any]] = {
    GetOrderById: handlers.get_order_by_id,
    GetCustomerOrders: handlers.get_customer_orders,
    SearchOrders: handlers.search_orders,
}


def ask(query: Query) -> Any:
    """Return the answer to a question: an OrderView or None for one order, a Page for many."""
    return HANDLERS[type(query)](query)
