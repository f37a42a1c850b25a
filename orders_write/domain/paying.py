"""Decides what the gateway's answers mean for an order: authorised, captured, voided, failed, refunded."""

from msgspec.structs import replace

from orders_write.domain import commands, errors, events, payment_errors
from orders_write.domain.checks import check_payment, check_text
from orders_write.domain.events import Event
from orders_write.domain.state import Order
from orders_write.domain.values import MAX_PAYMENTS, MAX_TOTAL


def authorize(command: commands.AuthorizePayment, order: Order) -> list[Event]:
    """Set an amount aside, once there is something to pay for."""
    check_payment(command.amount, command.reference)
    _check_payable(command, order)
    _check_new(command.reference, order)
    after = replace(order, authorised=order.authorised + command.amount)
    if after.authorised > MAX_TOTAL:
        raise payment_errors.AuthorizationTooLarge(command.amount, order.authorised)
    return [
        events.PaymentAuthorized(
            amount=command.amount,
            reference=command.reference,
            authorised=after.authorised,
            payment_status=after.payment_status,
        )
    ]


def capture(command: commands.CapturePayment, order: Order) -> list[Event]:
    """Take what is authorised, of a confirmed order."""
    check_payment(command.amount, command.reference)
    check_confirmed(command, order)
    _check_new(command.reference, order)
    after = replace(order, captured=order.captured + command.amount)
    if after.captured > order.authorised:
        raise payment_errors.CaptureTooLarge(command.amount, order.authorised, order.captured)
    return [
        events.PaymentCaptured(
            amount=command.amount,
            reference=command.reference,
            captured=after.captured,
            payment_status=after.payment_status,
        )
    ]


def void(command: commands.VoidPayment, order: Order) -> list[Event]:
    """Give up all that is authorised and not captured."""
    check_text(command.reference, "reference")
    _check_new(command.reference, order)
    voided = voiding(order, command.reference)
    if not voided:
        raise payment_errors.NothingToVoid(order.authorised, order.captured)
    return voided


def voiding(order: Order, reference: str | None = None) -> list[Event]:
    """Return the event that gives up what is authorised and not captured, none where there is nothing."""
    if order.authorised == order.captured:
        return []
    after = replace(order, authorised=order.captured, was_voided=True)
    return [
        events.PaymentVoided(
            amount=order.authorised - order.captured,
            reference=reference,
            authorised=after.authorised,
            payment_status=after.payment_status,
        )
    ]


def record_failure(command: commands.RecordPaymentFailure, order: Order) -> list[Event]:
    """Keep what the gateway refused."""
    check_payment(command.amount, command.reference)
    check_text(command.reason, "reason")
    _check_payable(command, order)
    _check_new(command.reference, order)
    return [events.PaymentFailed(amount=command.amount, reference=command.reference, reason=command.reason)]


def refund(command: commands.IssueRefund, order: Order) -> list[Event]:
    """Give back some of what was captured."""
    check_payment(command.amount, command.reference)
    check_text(command.reason, "reason")
    _check_new(command.reference, order)
    after = replace(order, refunded=order.refunded + command.amount)
    if after.refunded > order.captured:
        raise payment_errors.RefundTooLarge(command.amount, order.captured, order.refunded)
    return [
        events.RefundIssued(
            customer_id=order.customer_id,
            country=order.country,
            currency=order.currency,
            amount=command.amount,
            reference=command.reference,
            reason=command.reason,
            refunded=after.refunded,
            payment_status=after.payment_status,
        )
    ]


def check_confirmed(command: commands.Command, order: Order) -> None:
    """Raise OrderIsNotConfirmed for a draft, and for an order that is placed only."""
    if not order.is_confirmed:
        raise errors.OrderIsNotConfirmed(command.order_id, order.order_status)


def _check_payable(command: commands.Command, order: Order) -> None:
    if not order.lines:
        raise errors.OrderHasNoLines(command.order_id)


def _check_new(reference: str, order: Order) -> None:
    if reference in order.references:
        raise payment_errors.ReferenceAlreadyUsed(reference)
    if len(order.references) >= MAX_PAYMENTS:
        raise errors.TooManyEntries("payments", MAX_PAYMENTS)
