"""3 · What has happened to an order: the published language, added to, never edited.

Events carry results (the new total, the customer, the states), so that whoever reads them assigns instead of
computing. Amounts are exact decimals in the order's currency.
"""

from decimal import Decimal
from typing import ClassVar

from orders_write.domain.facts import CalledOff, Reported, Repriced
from orders_write.domain.facts import Event as Event
from orders_write.domain.values import Address, FulfillmentStatus, LineQuantity, OrderLine, OrderStatus, PaymentStatus


class OrderCreated(Event, frozen=True, kw_only=True):
    """An order was placed, or begun as a draft. Version 2 says which."""

    schema_version: ClassVar[int] = 2

    customer_id: str | None
    currency: str
    lines: tuple[OrderLine, ...]
    shipping_address: Address
    total: Decimal
    reference: str | None = None
    order_status: OrderStatus = "placed"


class OrderItemAdded(Repriced, frozen=True, kw_only=True):
    """A line was put on the order.

    Version 2 says the country; version 3 whether the order had none of that product before; version 4 the order's
    state and all its amounts.
    """

    schema_version: ClassVar[int] = 4

    line: OrderLine
    first_of_product: bool


class ItemQuantityChanged(Repriced, frozen=True, kw_only=True):
    """Another number of units of a line was ordered; `line` is what it is now, the changes what that made more."""

    line: OrderLine
    quantity_change: int
    line_total_change: Decimal


class OrderItemRemoved(Repriced, frozen=True, kw_only=True):
    """A line was taken off; `line` is what it was."""

    line: OrderLine
    last_of_product: bool


class DiscountApplied(Repriced, frozen=True, kw_only=True):
    """A percentage or an amount was taken off a line, which is now as in `line`, or off the order; 0 is no discount."""

    percent: Decimal | None
    amount: Decimal | None
    line: OrderLine | None
    line_total_change: Decimal


class ShippingFeeSet(Repriced, frozen=True, kw_only=True):
    """Shipping has another price."""


class ShippingAddressSet(Reported, frozen=True, kw_only=True):
    """The order goes somewhere else; what it counts for in reports moves to the new country with it."""

    shipping_address: Address
    previous_country: str
    units: int
    total: Decimal
    refunded: Decimal


class NoteAdded(Event, frozen=True, kw_only=True):
    """Somebody wrote something down."""

    text: str


class OrderConfirmed(Reported, frozen=True, kw_only=True):
    """The order was accepted: its lines and amounts are fixed."""

    order_status: OrderStatus
    lines: tuple[OrderLine, ...]
    subtotal: Decimal
    discount: Decimal
    shipping_fee: Decimal
    total: Decimal


class PaymentAuthorized(Event, frozen=True, kw_only=True):
    """An amount was set aside; `authorised` is all that has been, without what was voided."""

    amount: Decimal
    reference: str
    authorised: Decimal
    payment_status: PaymentStatus


class PaymentCaptured(Event, frozen=True, kw_only=True):
    """An amount was taken; `captured` is all that has been."""

    amount: Decimal
    reference: str
    captured: Decimal
    payment_status: PaymentStatus


class PaymentVoided(Event, frozen=True, kw_only=True):
    """What was authorised and not captured was given up; there is no `reference` when the order's end voided it."""

    amount: Decimal
    reference: str | None
    authorised: Decimal
    payment_status: PaymentStatus


class PaymentFailed(Event, frozen=True, kw_only=True):
    """The gateway refused an amount."""

    amount: Decimal
    reference: str
    reason: str


class ItemsFulfilled(Event, frozen=True, kw_only=True):
    """Units were shipped, as the order's `fulfillment`th."""

    fulfillment: int
    items: tuple[LineQuantity, ...]
    carrier: str
    tracking: str
    fulfillment_status: FulfillmentStatus


class TrackingUpdated(Event, frozen=True, kw_only=True):
    """A fulfillment travels with this carrier, under this number."""

    fulfillment: int
    carrier: str
    tracking: str


class FulfillmentDelivered(Event, frozen=True, kw_only=True):
    """A fulfillment arrived."""

    fulfillment: int
    fulfillment_status: FulfillmentStatus


class FulfillmentCancelled(Event, frozen=True, kw_only=True):
    """A fulfillment was taken back; its `items` are left to ship."""

    fulfillment: int
    items: tuple[LineQuantity, ...]
    reason: str
    fulfillment_status: FulfillmentStatus


class FulfillmentHeld(Event, frozen=True, kw_only=True):
    """Nothing is to be shipped for now."""

    reason: str
    fulfillment_status: FulfillmentStatus


class HoldReleased(Event, frozen=True, kw_only=True):
    """The order may be shipped again."""

    fulfillment_status: FulfillmentStatus


class OrderCancelled(CalledOff, frozen=True, kw_only=True):
    """The order was called off. Version 2 says the country and the lines; version 3 `restock`, states and `worth`."""

    schema_version: ClassVar[int] = 3

    reason: str
    restock: bool


class OrderExpired(CalledOff, frozen=True, kw_only=True):
    """The order was given up, because nobody confirmed it."""


class OrderClosed(Reported, frozen=True, kw_only=True):
    """The order was put away: it has arrived, and is paid for."""

    order_status: OrderStatus
    total: Decimal


class ItemsReturned(Reported, frozen=True, kw_only=True):
    """Units came back; `units` is how many in all of `items`."""

    items: tuple[LineQuantity, ...]
    reason: str
    units: int
    fulfillment_status: FulfillmentStatus


class RefundIssued(Reported, frozen=True, kw_only=True):
    """An amount was given back; `refunded` is all that has been."""

    amount: Decimal
    reference: str
    reason: str
    refunded: Decimal
    payment_status: PaymentStatus


EVENT_TYPES: tuple[type[Event], ...] = (
    OrderCreated, OrderItemAdded, ItemQuantityChanged, OrderItemRemoved,
    DiscountApplied, ShippingFeeSet, ShippingAddressSet, NoteAdded, OrderConfirmed,
    PaymentAuthorized, PaymentCaptured, PaymentVoided, PaymentFailed,
    ItemsFulfilled, TrackingUpdated, FulfillmentDelivered, FulfillmentCancelled, FulfillmentHeld, HoldReleased,
    OrderCancelled, OrderExpired, OrderClosed, ItemsReturned, RefundIssued,
)  # fmt: skip
