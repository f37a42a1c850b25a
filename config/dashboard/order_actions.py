"""What can be done to an order at the desk: each command, the body that asks for it, and how it is offered."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gate.fields import StrictSerializer, WholeNumber
from orders_write import serializers as bodies
from orders_write.command_bus import Possible
from orders_write.domain import commands
from orders_write.domain.commands import Command

Body = dict[str, Any]


class LineBody(StrictSerializer):
    """One line."""

    line = WholeNumber()


class QuantityOfLineBody(LineBody, bodies.QuantityBody):
    """Another number of units of a line."""


class NumberedFulfillment(StrictSerializer):
    """One fulfillment."""

    fulfillment = WholeNumber()


class TrackingOfBody(NumberedFulfillment, bodies.TrackingBody):
    """With whom a fulfillment travels."""


class TakenBackBody(NumberedFulfillment, bodies.ReasonBody):
    """A fulfillment that is taken back, and why."""


def _as_they_are(body: Body) -> Body:
    return body


def _of_item(body: Body) -> Body:
    return {"item": body}


def _of_address(body: Body) -> Body:
    return {"shipping_address": body}


class Action(NamedTuple):
    """A command as it is offered: in which area, under which name, with which body.

    `kind` is what the body says of itself, `left_out` what the page knows without asking. `lost` says what cannot be
    had again: such an action is asked for in red.
    """

    slug: str
    area: str
    title: str
    done: str
    command: type[Command]
    body: type[StrictSerializer]
    parts: Callable[[Body], Body] = _as_they_are
    kind: str = ""
    left_out: frozenset[str] = frozenset()
    lost: str = ""
    said: str = ""

    @property
    def explained(self) -> str:
        """What the command does, in a sentence."""
        return self.said or " ".join(str(self.command.__doc__).replace("`", "").split())


class Area(NamedTuple):
    """Some actions that belong together."""

    title: str
    actions: list[Action]


_ORDER, _BUILDING, _MONEY, _GOODS = "Order", "Lines and prices", "Payment", "Goods"
_PAYMENT, _KIND = bodies.PaymentBody, frozenset({"kind"})
_FOR_GOOD = "Afterwards the order takes notes only; this cannot be undone."
_CURRENCY = frozenset({"currency"})

CREATE = Action(
    "create", _ORDER, "New order", "Order placed", commands.CreateOrder, bodies.CreateOrderBody,
    left_out=frozenset({"order_id"}),
)  # fmt: skip
ACTIONS: tuple[Action, ...] = (
    Action("confirm", _ORDER, "Confirm", "Confirmed", commands.ConfirmOrder, bodies.NoBody),
    Action("note", _ORDER, "Add a note", "Note added", commands.AddNote, bodies.NoteBody),
    Action("close", _ORDER, "Close", "Closed", commands.CloseOrder, bodies.NoBody, lost=_FOR_GOOD),
    Action("expire", _ORDER, "Expire", "Expired", commands.ExpireOrder, bodies.NoBody, lost=_FOR_GOOD),
    Action("cancel", _ORDER, "Cancel the order", "Cancelled", commands.CancelOrder, bodies.CancellationBody,
           lost=f"{_FOR_GOOD} What is authorised and not captured is voided."),
    Action("add-item", _BUILDING, "Add an item", "Item added", commands.AddOrderItem, bodies.AddItemBody, _of_item,
           left_out=_CURRENCY, said="Put one more line on the order."),
    Action("quantity", _BUILDING, "Change a quantity", "Quantity changed", commands.ChangeItemQuantity,
           QuantityOfLineBody),
    Action("remove-item", _BUILDING, "Remove an item", "Item removed", commands.RemoveOrderItem, LineBody,
           lost="The line goes, and its discount with it; its number is not given again."),
    Action("discount", _BUILDING, "Give a discount", "Discount given", commands.ApplyDiscount, bodies.DiscountBody),
    Action("shipping-fee", _BUILDING, "Set the shipping fee", "Shipping fee set", commands.SetShippingFee,
           bodies.ShippingFeeBody),
    Action("authorize", _MONEY, "Authorise", "Payment authorised", commands.AuthorizePayment, _PAYMENT,
           kind="authorization", left_out=_KIND),
    Action("capture", _MONEY, "Capture", "Payment captured", commands.CapturePayment, _PAYMENT, kind="capture",
           left_out=_KIND),
    Action("void", _MONEY, "Void", "Payment voided", commands.VoidPayment, bodies.VoidBody, kind="void",
           left_out=_KIND, lost="All that is authorised and not captured is given up; it has to be authorised anew."),
    Action("failure", _MONEY, "Record a failure", "Failure recorded", commands.RecordPaymentFailure,
           bodies.FailureBody, kind="failure", left_out=_KIND),
    Action("refund", _MONEY, "Refund", "Refunded", commands.IssueRefund, bodies.RefundBody,
           lost="What is given back cannot be captured again."),
    Action("address", _GOODS, "Change the address", "Address changed", commands.SetShippingAddress,
           bodies.AddressBody, _of_address),
    Action("fulfill", _GOODS, "Fulfil", "Fulfilled", commands.FulfillItems, bodies.FulfillmentBody,
           said="Ship some units of some lines; where none are named, everything that is left."),
    Action("tracking", _GOODS, "Set tracking", "Tracking set", commands.UpdateTracking, TrackingOfBody),
    Action("delivered", _GOODS, "Mark as delivered", "Delivered", commands.MarkDelivered, NumberedFulfillment),
    Action("take-back", _GOODS, "Cancel a fulfilment", "Fulfilment cancelled", commands.CancelFulfillment,
           TakenBackBody, lost="The fulfilment is cancelled for good; its units are left to ship again."),
    Action("hold", _GOODS, "Hold", "Held", commands.HoldFulfillment, bodies.ReasonBody),
    Action("release", _GOODS, "Release", "Released", commands.ReleaseHold, bodies.NoBody),
    Action("return", _GOODS, "Take a return", "Return taken", commands.ReturnItems, bodies.ReturnBody),
)  # fmt: skip
BY_SLUG: Mapping[str, Action] = {action.slug: action for action in ACTIONS}


def areas(possible: Possible) -> list[Area]:
    """Return the actions that an order accepts, by area."""
    found: dict[str, list[Action]] = {}
    for action in ACTIONS:
        if action.command in possible:
            found.setdefault(action.area, []).append(action)
    return [Area(title, actions) for title, actions in found.items()]
