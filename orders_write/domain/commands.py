"""1 · What may be asked of an order: every command, in the imperative.

Amounts are exact decimals in the order's currency; docs/orders.md says when each command is refused.
"""

from decimal import Decimal
from uuid import UUID

import msgspec

from orders_write.domain.values import Address, Item, LineQuantity


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An intent to change the one order that it names."""

    order_id: UUID


class CreateOrder(Command, frozen=True):
    """Place a new order; `customer_id` is None for a guest, `reference` another system's number for the order.

    Only a `draft` may have no items yet.
    """

    customer_id: str | None
    currency: str
    items: tuple[Item, ...]
    shipping_address: Address
    reference: str | None = None
    draft: bool = False


class AddOrderItem(Command, frozen=True):
    """Put one more line on an order; a `currency`, when given, must be the order's."""

    item: Item
    currency: str | None = None


class ChangeItemQuantity(Command, frozen=True):
    """Order another number of units of a line."""

    line: int
    quantity: int


class RemoveOrderItem(Command, frozen=True):
    """Take a line off the order; its number is not given to another."""

    line: int


class SetShippingAddress(Command, frozen=True):
    """Send the order somewhere else, as long as nothing of it has been shipped."""

    shipping_address: Address


class ApplyDiscount(Command, frozen=True):
    """Take a `percent` or an `amount` off one `line`, or off the order; it replaces the one before, 0 removes it."""

    percent: Decimal | None = None
    amount: Decimal | None = None
    line: int | None = None


class SetShippingFee(Command, frozen=True):
    """Charge for shipping; 0 is free."""

    amount: Decimal


class AddNote(Command, frozen=True):
    """Write something down about the order, whatever its state."""

    text: str


class ConfirmOrder(Command, frozen=True):
    """Accept the order: from now on its lines and its total are fixed."""


class AuthorizePayment(Command, frozen=True):
    """Record that the gateway has set an amount aside; `reference` is the gateway's, used once in an order."""

    amount: Decimal
    reference: str


class CapturePayment(Command, frozen=True):
    """Record that the gateway has taken an amount of what was authorised."""

    amount: Decimal
    reference: str


class VoidPayment(Command, frozen=True):
    """Record that the gateway has given up what was authorised and not captured."""

    reference: str


class RecordPaymentFailure(Command, frozen=True):
    """Record that the gateway has refused an amount, and why."""

    amount: Decimal
    reference: str
    reason: str


class FulfillItems(Command, frozen=True):
    """Ship some units of some lines; without `items` everything that is left."""

    items: tuple[LineQuantity, ...] = ()
    carrier: str = ""
    tracking: str = ""


class UpdateTracking(Command, frozen=True):
    """Say with whom, and under which number, a fulfillment travels."""

    fulfillment: int
    carrier: str
    tracking: str


class MarkDelivered(Command, frozen=True):
    """Record that a fulfillment has arrived."""

    fulfillment: int


class CancelFulfillment(Command, frozen=True):
    """Take a fulfillment back that has not arrived: its units are left to ship again."""

    fulfillment: int
    reason: str


class HoldFulfillment(Command, frozen=True):
    """Let nothing be shipped for now."""

    reason: str


class ReleaseHold(Command, frozen=True):
    """Let the order be shipped again."""


class CancelOrder(Command, frozen=True):
    """Call an order off, saying why, and whether its goods go back on the shelf."""

    reason: str
    restock: bool = True


class ExpireOrder(Command, frozen=True):
    """Give up an order that was never confirmed."""


class CloseOrder(Command, frozen=True):
    """Put away an order that has arrived and is paid for."""


class ReturnItems(Command, frozen=True):
    """Take back some units of some lines."""

    items: tuple[LineQuantity, ...]
    reason: str


class IssueRefund(Command, frozen=True):
    """Give back an amount of what was captured."""

    amount: Decimal
    reference: str
    reason: str


COMMANDS: tuple[type[Command], ...] = (
    CreateOrder, AddOrderItem, ChangeItemQuantity, RemoveOrderItem,
    SetShippingAddress, ApplyDiscount, SetShippingFee, AddNote, ConfirmOrder,
    AuthorizePayment, CapturePayment, VoidPayment, RecordPaymentFailure,
    FulfillItems, UpdateTracking, MarkDelivered, CancelFulfillment, HoldFulfillment, ReleaseHold,
    CancelOrder, ExpireOrder, CloseOrder, ReturnItems, IssueRefund,
)  # fmt: skip
