"""Which errors of the domain each command may be refused with, beside those of what it says: docs/orders.md's table."""

from collections.abc import Mapping

from orders_write.domain import commands, errors
from orders_write.domain import fulfillment_errors as fulfillment
from orders_write.domain import payment_errors as payment
from orders_write.domain.commands import Command
from orders_write.domain.errors import DomainError

Errors = tuple[type[DomainError], ...]

_ENDED: Errors = (errors.OrderIsCancelled, errors.OrderIsExpired, errors.OrderIsClosed)
_RULES: Mapping[type[Command], Errors] = {
    commands.AddOrderItem: (
        errors.OrderIsConfirmed,
        errors.CurrencyMismatch,
        errors.TooManyLines,
        errors.OrderTotalTooLarge,
    ),
    commands.ChangeItemQuantity: (
        errors.OrderIsConfirmed,
        errors.LineNotFound,
        errors.DiscountTooLarge,
        errors.OrderTotalTooLarge,
    ),
    commands.RemoveOrderItem: (errors.OrderIsConfirmed, errors.LineNotFound, errors.DiscountTooLarge),
    commands.ApplyDiscount: (errors.OrderIsConfirmed, errors.LineNotFound, errors.DiscountTooLarge),
    commands.SetShippingFee: (errors.OrderIsConfirmed, errors.OrderTotalTooLarge),
    commands.SetShippingAddress: (fulfillment.AddressIsFixed,),
    commands.ConfirmOrder: (errors.OrderIsConfirmed, errors.OrderHasNoLines),
    commands.AuthorizePayment: (
        errors.OrderHasNoLines,
        payment.ReferenceAlreadyUsed,
        payment.AuthorizationTooLarge,
        errors.TooManyEntries,
    ),
    commands.CapturePayment: (
        errors.OrderIsNotConfirmed,
        payment.ReferenceAlreadyUsed,
        payment.CaptureTooLarge,
        errors.TooManyEntries,
    ),
    commands.VoidPayment: (payment.NothingToVoid, payment.ReferenceAlreadyUsed, errors.TooManyEntries),
    commands.RecordPaymentFailure: (errors.OrderHasNoLines, payment.ReferenceAlreadyUsed, errors.TooManyEntries),
    commands.FulfillItems: (
        errors.OrderIsNotConfirmed,
        fulfillment.OrderIsOnHold,
        errors.LineNotFound,
        fulfillment.FulfillmentTooLarge,
        fulfillment.NothingToFulfill,
        errors.TooManyEntries,
    ),
    commands.UpdateTracking: (fulfillment.FulfillmentNotFound, fulfillment.FulfillmentIsCancelled),
    commands.MarkDelivered: (
        fulfillment.FulfillmentNotFound,
        fulfillment.FulfillmentIsCancelled,
        fulfillment.FulfillmentIsDelivered,
    ),
    commands.CancelFulfillment: (
        fulfillment.FulfillmentNotFound,
        fulfillment.FulfillmentIsCancelled,
        fulfillment.FulfillmentIsDelivered,
        fulfillment.FulfillmentIsReturned,
    ),
    commands.HoldFulfillment: (fulfillment.OrderIsOnHold,),
    commands.ReleaseHold: (fulfillment.OrderIsNotOnHold,),
    commands.CancelOrder: (errors.OrderAlreadyCancelled, fulfillment.OrderIsFulfilled, payment.OrderIsPaid),
    commands.ExpireOrder: (errors.OrderIsConfirmed,),
    commands.CloseOrder: (errors.OrderIsNotConfirmed, errors.OrderIsNotDelivered, errors.OrderIsNotPaid),
    commands.ReturnItems: (errors.OrderIsNotConfirmed, errors.LineNotFound, fulfillment.ReturnTooLarge),
    commands.IssueRefund: (payment.RefundTooLarge, payment.ReferenceAlreadyUsed, errors.TooManyEntries),
}
REFUSALS: Mapping[type[Command], Errors] = {
    commands.CreateOrder: (errors.OrderAlreadyExists, errors.TooManyLines, errors.OrderTotalTooLarge),
    commands.AddNote: (errors.OrderNotFound, errors.TooManyEntries),
    **{command: (errors.OrderNotFound, *_ENDED, *rules) for command, rules in _RULES.items()},
}


def of(*asked: type[Command]) -> Errors:
    """Return the errors of some commands, each once."""
    return tuple(dict.fromkeys(error for command in asked for error in REFUSALS[command]))
