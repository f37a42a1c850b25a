"""Which end an order has come near: asked by the decisions that end it, and by whoever waits for it.

The answer follows from the states that events carry, and from the total, so that it needs no order.
"""

from decimal import Decimal
from typing import Literal

from orders_write.domain.values import FulfillmentStatus, OrderStatus, PaymentStatus

End = Literal["expire", "close", ""]

UNCONFIRMED: frozenset[OrderStatus] = frozenset({"draft", "placed"})
ARRIVED: frozenset[FulfillmentStatus] = frozenset({"delivered", "partly_returned", "returned"})
SETTLED: frozenset[PaymentStatus] = frozenset({"captured", "partly_refunded", "refunded"})


def is_settled(payment_status: PaymentStatus, total: Decimal) -> bool:
    """Tell whether nothing is left to be paid: all is captured, or money was given back, or the goods are free."""
    return payment_status in SETTLED or not total


def possible_end(
    order_status: OrderStatus, payment_status: PaymentStatus, fulfillment_status: FulfillmentStatus, total: Decimal
) -> End:
    """Return what an order may do in these states: `expire`, `close`, or neither."""
    if order_status in UNCONFIRMED:
        return "expire"
    has_arrived = order_status == "confirmed" and fulfillment_status in ARRIVED
    return "close" if has_arrived and is_settled(payment_status, total) else ""
