"""Decides how an order travels: shipped, tracked, delivered, held, taken back, returned."""

from orders_write.domain import commands, errors, events, fulfillment_errors
from orders_write.domain.building import line_of
from orders_write.domain.checks import check_quantities, check_text
from orders_write.domain.events import Event
from orders_write.domain.paying import check_confirmed
from orders_write.domain.state import Fulfillment, Order
from orders_write.domain.values import MAX_FULFILLMENTS, LineQuantity, OrderLine


def fulfill(command: commands.FulfillItems, order: Order) -> list[Event]:
    """Ship what is named, or everything that is left, of a confirmed order without hold."""
    check_quantities(command.items)
    check_confirmed(command, order)
    if order.hold_reason:
        raise fulfillment_errors.OrderIsOnHold(order.hold_reason)
    if len(order.fulfillments) >= MAX_FULFILLMENTS:
        raise errors.TooManyEntries("fulfillments", MAX_FULFILLMENTS)
    items = command.items or order.left
    if not items:
        raise fulfillment_errors.NothingToFulfill(order.units)
    _check_left(items, order)
    return [
        events.ItemsFulfilled(
            fulfillment=len(order.fulfillments) + 1,
            items=items,
            carrier=command.carrier,
            tracking=command.tracking,
            fulfillment_status=order.shipping(items).fulfillment_status,
        )
    ]


def _check_left(items: tuple[LineQuantity, ...], order: Order) -> None:
    lines = _lines(order)
    for item in items:
        line = lines.get(item.line) or line_of(order, item.line)
        fulfilled = order.fulfilled.get(item.line, 0)
        if fulfilled + item.quantity > line.quantity:
            raise fulfillment_errors.FulfillmentTooLarge(item.line, item.quantity, line.quantity, fulfilled)


def _lines(order: Order) -> dict[int, OrderLine]:
    return {line.line: line for line in order.lines}


def update_tracking(command: commands.UpdateTracking, order: Order) -> list[Event]:
    """Say with whom a fulfillment travels, unless it was taken back."""
    _standing(command.fulfillment, order)
    facts = {"carrier": command.carrier, "tracking": command.tracking}
    return [events.TrackingUpdated(fulfillment=command.fulfillment, **facts)]


def mark_delivered(command: commands.MarkDelivered, order: Order) -> list[Event]:
    """Let a fulfillment arrive, once."""
    _under_way(command.fulfillment, order)
    after = order.delivering(command.fulfillment)
    return [events.FulfillmentDelivered(fulfillment=command.fulfillment, fulfillment_status=after.fulfillment_status)]


def cancel_fulfillment(command: commands.CancelFulfillment, order: Order) -> list[Event]:
    """Take a fulfillment back that is under way and of which nothing was returned."""
    check_text(command.reason, "reason")
    fulfillment = _under_way(command.fulfillment, order)
    after = order.taking_back(command.fulfillment)
    for line, fulfilled in after.fulfilled.items():
        if (returned := order.returned.get(line, 0)) > fulfilled:
            before = order.fulfilled[line]
            raise fulfillment_errors.FulfillmentIsReturned(command.fulfillment, line, before, returned)
    return [
        events.FulfillmentCancelled(
            fulfillment=command.fulfillment,
            items=fulfillment.items,
            reason=command.reason,
            fulfillment_status=after.fulfillment_status,
        )
    ]


def _standing(number: int, order: Order) -> Fulfillment:
    if not 1 <= number <= len(order.fulfillments):
        raise fulfillment_errors.FulfillmentNotFound(number, len(order.fulfillments))
    found = order.fulfillments[number - 1]
    if found.status == "cancelled":
        raise fulfillment_errors.FulfillmentIsCancelled(number)
    return found


def _under_way(number: int, order: Order) -> Fulfillment:
    found = _standing(number, order)
    if found.status == "delivered":
        raise fulfillment_errors.FulfillmentIsDelivered(number)
    return found


def hold(command: commands.HoldFulfillment, order: Order) -> list[Event]:
    """Let nothing be shipped, for a reason."""
    check_text(command.reason, "reason")
    if order.hold_reason:
        raise fulfillment_errors.OrderIsOnHold(order.hold_reason)
    return [events.FulfillmentHeld(reason=command.reason, fulfillment_status="on_hold")]


def release_hold(command: commands.ReleaseHold, order: Order) -> list[Event]:
    """Let the order be shipped again."""
    if not order.hold_reason:
        raise fulfillment_errors.OrderIsNotOnHold
    return [events.HoldReleased(fulfillment_status=order.released().fulfillment_status)]


def return_items(command: commands.ReturnItems, order: Order) -> list[Event]:
    """Take back what was shipped."""
    if not command.items:
        raise errors.no_items()
    check_quantities(command.items)
    check_text(command.reason, "reason")
    check_confirmed(command, order)
    _check_shipped(command.items, order)
    return [
        events.ItemsReturned(
            customer_id=order.customer_id,
            country=order.country,
            currency=order.currency,
            items=command.items,
            reason=command.reason,
            units=sum(item.quantity for item in command.items),
            fulfillment_status=order.returning(command.items).fulfillment_status,
        )
    ]


def _check_shipped(items: tuple[LineQuantity, ...], order: Order) -> None:
    for item in items:
        line_of(order, item.line)
        fulfilled, returned = order.fulfilled.get(item.line, 0), order.returned.get(item.line, 0)
        if returned + item.quantity > fulfilled:
            raise fulfillment_errors.ReturnTooLarge(item.line, item.quantity, fulfilled, returned)
