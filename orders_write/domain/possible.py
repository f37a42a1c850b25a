"""Which commands an order would accept: `decide` is asked with the least that each command can ask for."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from orders_write.domain import commands
from orders_write.domain.checks import SMALLEST_PAYMENT
from orders_write.domain.commands import Command
from orders_write.domain.errors import DomainError
from orders_write.domain.order import Order, decide
from orders_write.domain.values import NOTHING, Address, Item, LineQuantity

Possible = Mapping[type[Command], tuple[Command, ...]]
Parts = Iterable[dict[str, Any]]

_TEXT = "?"
_UNUSED = "\x00"  # a reference that no payment has, because no request may hold it
_PAYMENT = {"amount": SMALLEST_PAYMENT, "reference": _UNUSED}


def possible(order_id: UUID, order: Order) -> Possible:
    """Return the commands that an order accepts, each as the least that it may ask.

    One that names a fulfillment stands there once for each fulfillment that it may name.
    """
    asked = {kind: [kind(order_id=order_id, **parts) for parts in least(order)] for kind, least in _LEAST.items()}
    accepted = {kind: tuple(one for one in some if _is_accepted(one, order)) for kind, some in asked.items()}
    return {kind: some for kind, some in accepted.items() if some}


def _is_accepted(command: Command, order: Order) -> bool:
    try:
        return bool(decide(command, order))
    except DomainError:
        return False


def _once(**parts: Any) -> Callable[[Order], Parts]:
    return lambda order: [parts]


def _on_the_cheapest_line(order: Order) -> Parts:
    cheapest = min(order.lines, key=lambda line: line.total, default=None)
    return [] if cheapest is None else [{"line": cheapest.line}]


def _on_a_line_as_it_is(order: Order) -> Parts:
    return [{"line": line.line, "quantity": line.quantity} for line in order.lines[:1]]


def _on_each_fulfillment(**parts: Any) -> Callable[[Order], Parts]:
    return lambda order: [{"fulfillment": number, **parts} for number, _ in enumerate(order.fulfillments, start=1)]


def _of_what_is_out(order: Order) -> Parts:
    """Name the line of which the most units are with the customer."""
    out = {line: units - order.returned.get(line, 0) for line, units in order.fulfilled.items()}
    line = max(out, key=out.__getitem__, default=None)
    return [] if line is None else [{"items": (LineQuantity(line, 1),), "reason": _TEXT}]


_LEAST: Mapping[type[Command], Callable[[Order], Parts]] = {
    commands.AddOrderItem: _once(item=Item(_TEXT, _TEXT, 1, NOTHING)),
    commands.ChangeItemQuantity: _on_a_line_as_it_is,
    commands.RemoveOrderItem: _on_the_cheapest_line,
    commands.SetShippingAddress: _once(shipping_address=Address(_TEXT)),
    commands.ApplyDiscount: _once(amount=NOTHING),
    commands.SetShippingFee: _once(amount=NOTHING),
    commands.AddNote: _once(text=_TEXT),
    commands.ConfirmOrder: _once(),
    commands.AuthorizePayment: _once(**_PAYMENT),
    commands.CapturePayment: _once(**_PAYMENT),
    commands.VoidPayment: _once(reference=_UNUSED),
    commands.RecordPaymentFailure: _once(**_PAYMENT, reason=_TEXT),
    commands.FulfillItems: _once(),
    commands.UpdateTracking: _on_each_fulfillment(carrier="", tracking=""),
    commands.MarkDelivered: _on_each_fulfillment(),
    commands.CancelFulfillment: _on_each_fulfillment(reason=_TEXT),
    commands.HoldFulfillment: _once(reason=_TEXT),
    commands.ReleaseHold: _once(),
    commands.CancelOrder: _once(reason=_TEXT),
    commands.ExpireOrder: _once(),
    commands.CloseOrder: _once(),
    commands.ReturnItems: _of_what_is_out,
    commands.IssueRefund: _once(**_PAYMENT, reason=_TEXT),
}
