"""Commands and events with character, and only the detail that matters to a test."""

from decimal import Decimal
from typing import Any

from gate.tokens import Actor
from orders_write.domain import commands
from orders_write.domain.commands import AddOrderItem, CancelOrder, CreateOrder
from orders_write.domain.events import OrderCancelled, OrderCreated, OrderItemAdded
from orders_write.domain.values import Address, Item, LineQuantity, OrderLine
from tests.given_when_then import ORDER

AN_OPERATOR = Actor("operator-1", "operator")
LEEDS = Address("United Kingdom", recipient="Ada", line1="1 Mill Lane", city="Leeds", postal_code="LS1 4AP")
DUBLIN = Address("EIRE", recipient="Ada", line1="7 Eccles Street", city="Dublin")
TEA = Item("tea", "Darjeeling", 2, Decimal("3.50"))
JAM = Item("jam", "Strawberry jam", 3, Decimal("0.1250"))
TEA_LINE = OrderLine(1, "tea", "Darjeeling", 2, Decimal("3.50"))
JAM_LINE = OrderLine(2, "jam", "Strawberry jam", 3, Decimal("0.1250"))
ADA = {"customer_id": "ada", "country": "United Kingdom", "currency": "GBP"}


def create(**changes: Any) -> CreateOrder:
    """A command that places Ada's order of tea."""
    asked = {"customer_id": "ada", "currency": "GBP", "items": (TEA,), "shipping_address": LEEDS}
    return CreateOrder(**({"order_id": ORDER} | asked | changes))


def add(item: Item = JAM, **changes: Any) -> AddOrderItem:
    """A command that adds jam."""
    return AddOrderItem(order_id=ORDER, item=item, **changes)


def cancel(reason: str = "out of tea", **changes: Any) -> CancelOrder:
    """A command that calls the order off."""
    return CancelOrder(order_id=ORDER, reason=reason, **changes)


def change_quantity(line: int, quantity: int) -> commands.ChangeItemQuantity:
    """A command that orders more or less of a line."""
    return commands.ChangeItemQuantity(order_id=ORDER, line=line, quantity=quantity)


def remove(line: int) -> commands.RemoveOrderItem:
    """A command that takes a line off."""
    return commands.RemoveOrderItem(order_id=ORDER, line=line)


def move(address: Address = DUBLIN) -> commands.SetShippingAddress:
    """A command that sends the order to Dublin."""
    return commands.SetShippingAddress(order_id=ORDER, shipping_address=address)


def percent(percent: str, line: int | None = None) -> commands.ApplyDiscount:
    """A command that takes a percentage off."""
    return commands.ApplyDiscount(order_id=ORDER, percent=Decimal(percent), line=line)


def amount_off(amount: str, line: int | None = None) -> commands.ApplyDiscount:
    """A command that takes an amount off."""
    return commands.ApplyDiscount(order_id=ORDER, amount=Decimal(amount), line=line)


def fee(amount: str) -> commands.SetShippingFee:
    """A command that charges for shipping."""
    return commands.SetShippingFee(order_id=ORDER, amount=Decimal(amount))


def note(text: str = "ring twice") -> commands.AddNote:
    """A command that writes something down."""
    return commands.AddNote(order_id=ORDER, text=text)


def confirm() -> commands.ConfirmOrder:
    """A command that accepts the order."""
    return commands.ConfirmOrder(order_id=ORDER)


def authorize(amount: str = "7.00", reference: str = "a-1") -> commands.AuthorizePayment:
    """A command that sets money aside."""
    return commands.AuthorizePayment(order_id=ORDER, amount=Decimal(amount), reference=reference)


def capture(amount: str = "7.00", reference: str = "c-1") -> commands.CapturePayment:
    """A command that takes money."""
    return commands.CapturePayment(order_id=ORDER, amount=Decimal(amount), reference=reference)


def void(reference: str = "v-1") -> commands.VoidPayment:
    """A command that gives up what was set aside."""
    return commands.VoidPayment(order_id=ORDER, reference=reference)


def fail(amount: str = "7.00", reference: str = "f-1", reason: str = "card refused") -> commands.RecordPaymentFailure:
    """A command that records a refusal."""
    return commands.RecordPaymentFailure(order_id=ORDER, amount=Decimal(amount), reference=reference, reason=reason)


def refund(amount: str = "7.00", reference: str = "r-1", reason: str = "stale tea") -> commands.IssueRefund:
    """A command that gives money back."""
    return commands.IssueRefund(order_id=ORDER, amount=Decimal(amount), reference=reference, reason=reason)


def quantities(*pairs: tuple[int, int]) -> tuple[LineQuantity, ...]:
    """Units by line: `(line, quantity)` for each."""
    return tuple(LineQuantity(line, quantity) for line, quantity in pairs)


def fulfill(*pairs: tuple[int, int], **changes: Any) -> commands.FulfillItems:
    """A command that ships some of each line, or everything."""
    return commands.FulfillItems(order_id=ORDER, items=quantities(*pairs), **changes)


def track(fulfillment: int = 1, carrier: str = "Royal Mail", tracking: str = "RM1") -> commands.UpdateTracking:
    """A command that says with whom a fulfillment travels."""
    return commands.UpdateTracking(order_id=ORDER, fulfillment=fulfillment, carrier=carrier, tracking=tracking)


def deliver(fulfillment: int = 1) -> commands.MarkDelivered:
    """A command that lets a fulfillment arrive."""
    return commands.MarkDelivered(order_id=ORDER, fulfillment=fulfillment)


def take_back(fulfillment: int = 1, reason: str = "wrong label") -> commands.CancelFulfillment:
    """A command that takes a fulfillment back."""
    return commands.CancelFulfillment(order_id=ORDER, fulfillment=fulfillment, reason=reason)


def hold(reason: str = "address unclear") -> commands.HoldFulfillment:
    """A command that stops shipping."""
    return commands.HoldFulfillment(order_id=ORDER, reason=reason)


def release() -> commands.ReleaseHold:
    """A command that lets shipping go on."""
    return commands.ReleaseHold(order_id=ORDER)


def expire() -> commands.ExpireOrder:
    """A command that gives the order up."""
    return commands.ExpireOrder(order_id=ORDER)


def close() -> commands.CloseOrder:
    """A command that puts the order away."""
    return commands.CloseOrder(order_id=ORDER)


def give_back(*pairs: tuple[int, int], reason: str = "stale tea") -> commands.ReturnItems:
    """A command that takes goods back."""
    return commands.ReturnItems(order_id=ORDER, items=quantities(*pairs), reason=reason)


def created(**changes: Any) -> OrderCreated:
    """Ada's order was placed."""
    facts = {"customer_id": "ada", "currency": "GBP", "lines": (TEA_LINE,), "shipping_address": LEEDS}
    return OrderCreated(**(facts | {"total": Decimal("7.00")} | changes))


def amounts(total: str, change: str, **changes: Any) -> dict[str, Any]:
    """What every event says that may change the total."""
    nothing = {"order_status": "placed", "discount": Decimal(0), "shipping_fee": Decimal(0)}
    sums = {"subtotal": Decimal(total), "total": Decimal(total), "total_change": Decimal(change)}
    return ADA | nothing | sums | changes


def added(line: OrderLine = JAM_LINE, total: str = "7.375", *, first: bool = True, **changes: Any) -> OrderItemAdded:
    """Jam was added."""
    return OrderItemAdded(line=line, first_of_product=first, **amounts(total, str(line.total), **changes))


def cancelled(
    reason: str = "out of tea", total: str = "7.00", lines: tuple[OrderLine, ...] = (), **changes: Any
) -> OrderCancelled:
    """The order was called off."""
    states = {"order_status": "cancelled", "fulfillment_status": "unfulfilled", "restock": True}
    sums = {"total": Decimal(total), "worth": Decimal(total)}
    return OrderCancelled(**(ADA | states | sums | {"reason": reason, "lines": lines or (TEA_LINE,)} | changes))
