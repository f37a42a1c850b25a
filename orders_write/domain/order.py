"""2 · The order: `decide` says which events a command causes, `evolve` what an event changes. Both are pure.

The rules themselves stand by area in building.py, paying.py, fulfilling.py and ending.py.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from orders_write.domain import building, commands, ending, errors, events, fulfilling, paying
from orders_write.domain.commands import Command, CreateOrder
from orders_write.domain.events import Event
from orders_write.domain.facts import Repriced
from orders_write.domain.state import Order as Order
from orders_write.domain.values import Discount

Decision = Callable[[Any, Order], list[Event]]
Evolution = Callable[[Order, Any], Order]

DECISIONS: Mapping[type[Command], Decision] = {
    commands.AddOrderItem: building.add_item,
    commands.ChangeItemQuantity: building.change_quantity,
    commands.RemoveOrderItem: building.remove_item,
    commands.SetShippingAddress: building.set_shipping_address,
    commands.ApplyDiscount: building.apply_discount,
    commands.SetShippingFee: building.set_shipping_fee,
    commands.AddNote: building.add_note,
    commands.ConfirmOrder: building.confirm,
    commands.AuthorizePayment: paying.authorize,
    commands.CapturePayment: paying.capture,
    commands.VoidPayment: paying.void,
    commands.RecordPaymentFailure: paying.record_failure,
    commands.FulfillItems: fulfilling.fulfill,
    commands.UpdateTracking: fulfilling.update_tracking,
    commands.MarkDelivered: fulfilling.mark_delivered,
    commands.CancelFulfillment: fulfilling.cancel_fulfillment,
    commands.HoldFulfillment: fulfilling.hold,
    commands.ReleaseHold: fulfilling.release_hold,
    commands.CancelOrder: ending.cancel,
    commands.ExpireOrder: ending.expire,
    commands.CloseOrder: ending.close,
    commands.ReturnItems: fulfilling.return_items,
    commands.IssueRefund: paying.refund,
}


def decide(command: Command, order: Order | None) -> list[Event]:
    """Return the events that a command causes.

    `order` is the state so far, or None when its stream is empty.

    Raises:
        DomainError: a rule refuses the command; nothing happens.
    """
    if isinstance(command, CreateOrder):
        return building.create(command, order)
    if order is None:
        raise errors.OrderNotFound(command.order_id)
    ending.check_not_ended(command, order)
    return DECISIONS[type(command)](command, order)


def evolve(order: Order | None, event: Event) -> Order:
    """Return the order as it is after an event."""
    if isinstance(event, events.OrderCreated):
        return _created(event)
    if order is None:
        raise ValueError(f"A stream cannot begin with {type(event).__name__}; its first event is OrderCreated.")
    return EVOLUTIONS[type(event)](order, event)


def replay(stored: Iterable[Event]) -> Order | None:
    """Return the order that a stream's events lead to, None for an empty stream."""
    order: Order | None = None
    for event in stored:
        order = evolve(order, event)
    return order


def _created(event: events.OrderCreated) -> Order:
    return Order(
        customer_id=event.customer_id,
        country=event.shipping_address.country,
        currency=event.currency,
        lines=event.lines,
        total=event.total,
        subtotal=event.total,
        last_line=len(event.lines),
        order_status=event.order_status,
    )


def _repriced(order: Order, event: Repriced, **changes: Any) -> Order:
    return replace(
        order,
        order_status=event.order_status,
        subtotal=event.subtotal,
        discount=event.discount,
        shipping_fee=event.shipping_fee,
        total=event.total,
        **changes,
    )


def _item_added(order: Order, event: events.OrderItemAdded) -> Order:
    return _repriced(order, event, lines=(*order.lines, event.line), last_line=event.line.line)


def _quantity_changed(order: Order, event: events.ItemQuantityChanged) -> Order:
    return _repriced(order, event, lines=order.with_line(event.line))


def _item_removed(order: Order, event: events.OrderItemRemoved) -> Order:
    return _repriced(order, event, lines=order.without_line(event.line.line))


def _discount_applied(order: Order, event: events.DiscountApplied) -> Order:
    discount = Discount(event.percent, event.amount)
    if event.line is None:
        return _repriced(order.with_discount(None, discount), event)
    discounted = order.with_discount(event.line.line, discount)
    return _repriced(discounted, event, lines=order.with_line(event.line))


def _address_set(order: Order, event: events.ShippingAddressSet) -> Order:
    return replace(order, country=event.country)


def _note_added(order: Order, event: events.NoteAdded) -> Order:
    return replace(order, notes=order.notes + 1)


def _confirmed(order: Order, event: events.OrderConfirmed) -> Order:
    return replace(order, order_status=event.order_status)


def _authorized(order: Order, event: events.PaymentAuthorized) -> Order:
    return replace(order, authorised=event.authorised, references=order.references | {event.reference})


def _captured(order: Order, event: events.PaymentCaptured) -> Order:
    return replace(order, captured=event.captured, references=order.references | {event.reference})


def _voided(order: Order, event: events.PaymentVoided) -> Order:
    used = {event.reference} if event.reference is not None else ()
    return replace(order, authorised=event.authorised, was_voided=True, references=order.references.union(used))


def _failed(order: Order, event: events.PaymentFailed) -> Order:
    return replace(order, references=order.references | {event.reference})


def _refunded(order: Order, event: events.RefundIssued) -> Order:
    return replace(order, refunded=event.refunded, references=order.references | {event.reference})


def _held(order: Order, event: events.FulfillmentHeld) -> Order:
    return replace(order, hold_reason=event.reason)


def _released(order: Order, event: events.HoldReleased) -> Order:
    return order.released()


def _cancelled(order: Order, event: events.OrderCancelled) -> Order:
    return replace(order.released(), order_status=event.order_status, end_reason=event.reason)


def _expired(order: Order, event: events.OrderExpired) -> Order:
    return replace(order.released(), order_status=event.order_status)


def _closed(order: Order, event: events.OrderClosed) -> Order:
    return replace(order, order_status=event.order_status)


EVOLUTIONS: Mapping[type[Event], Evolution] = {
    events.OrderItemAdded: _item_added,
    events.ItemQuantityChanged: _quantity_changed,
    events.OrderItemRemoved: _item_removed,
    events.DiscountApplied: _discount_applied,
    events.ShippingFeeSet: _repriced,
    events.ShippingAddressSet: _address_set,
    events.NoteAdded: _note_added,
    events.OrderConfirmed: _confirmed,
    events.PaymentAuthorized: _authorized,
    events.PaymentCaptured: _captured,
    events.PaymentVoided: _voided,
    events.PaymentFailed: _failed,
    events.ItemsFulfilled: lambda order, event: order.shipping(event.items),
    events.TrackingUpdated: lambda order, event: order,
    events.FulfillmentDelivered: lambda order, event: order.delivering(event.fulfillment),
    events.FulfillmentCancelled: lambda order, event: order.taking_back(event.fulfillment),
    events.FulfillmentHeld: _held,
    events.HoldReleased: _released,
    events.OrderCancelled: _cancelled,
    events.OrderExpired: _expired,
    events.OrderClosed: _closed,
    events.ItemsReturned: lambda order, event: order.returning(event.items),
    events.RefundIssued: _refunded,
}
