"""Decides how an order ends: cancelled, expired, closed; whatever is still authorised is voided first."""

from typing import Any

from orders_write.domain import commands, errors, events
from orders_write.domain.checks import check_text
from orders_write.domain.ends import ARRIVED, UNCONFIRMED, is_settled
from orders_write.domain.events import Event
from orders_write.domain.fulfillment_errors import OrderIsFulfilled
from orders_write.domain.paying import check_confirmed, voiding
from orders_write.domain.payment_errors import OrderIsPaid
from orders_write.domain.state import Order

ENDED = frozenset({"cancelled", "expired", "closed"})


def check_not_ended(command: commands.Command, order: Order) -> None:
    """Raise the error of the end that an order has come to, unless the command is a note."""
    if order.order_status not in ENDED or isinstance(command, commands.AddNote):
        return
    if order.order_status == "expired":
        raise errors.OrderIsExpired(command.order_id)
    if order.order_status == "closed":
        raise errors.OrderIsClosed(command.order_id)
    again = isinstance(command, commands.CancelOrder)
    refusal = errors.OrderAlreadyCancelled if again else errors.OrderIsCancelled
    raise refusal(command.order_id, order.end_reason)


def cancel(command: commands.CancelOrder, order: Order) -> list[Event]:
    """Call the order off, as long as no goods and no money have to come back."""
    check_text(command.reason, "reason")
    if order.units_fulfilled:
        raise OrderIsFulfilled(order.units_fulfilled)
    if order.captured != order.refunded:
        raise OrderIsPaid(order.captured, order.refunded)
    ended = events.OrderCancelled(
        order_status="cancelled", reason=command.reason, restock=command.restock, **_called_off(order)
    )
    return [*voiding(order), ended]


def expire(command: commands.ExpireOrder, order: Order) -> list[Event]:
    """Give up an order that nobody confirmed."""
    if order.order_status not in UNCONFIRMED:
        raise errors.OrderIsConfirmed(command.order_id, order.total)
    return [*voiding(order), events.OrderExpired(order_status="expired", **_called_off(order))]


def _called_off(order: Order) -> dict[str, Any]:
    return {
        "customer_id": order.customer_id,
        "country": order.country,
        "currency": order.currency,
        "fulfillment_status": order.released().fulfillment_status,
        "lines": order.lines,
        "total": order.total,
        "worth": order.total - order.refunded,
    }


def close(command: commands.CloseOrder, order: Order) -> list[Event]:
    """Put the order away once it has arrived and is paid for, or money was given back."""
    check_confirmed(command, order)
    if order.fulfillment_status not in ARRIVED:
        raise errors.OrderIsNotDelivered(order.fulfillment_status)
    if not is_settled(order.payment_status, order.total):
        raise errors.OrderIsNotPaid(order.total, order.captured)
    ended = events.OrderClosed(
        customer_id=order.customer_id,
        country=order.country,
        currency=order.currency,
        order_status="closed",
        total=order.total,
    )
    return [*voiding(order), ended]
