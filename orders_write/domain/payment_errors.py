"""How the business says no to payments and refunds: one class per rule, with the figures."""

from decimal import Decimal

from orders_write.domain.errors import DomainError
from orders_write.domain.values import MAX_TOTAL


class ReferenceAlreadyUsed(DomainError):
    """A gateway's reference stands for one thing in an order."""

    code = "reference-already-used"

    def __init__(self, reference: str) -> None:
        super().__init__(f"Reference '{reference}' was recorded for this order before; each payment has its own.")


class AuthorizationTooLarge(DomainError):
    """What is authorised stays within what is stored exactly."""

    code = "authorization-too-large"

    def __init__(self, amount: Decimal, authorised: Decimal) -> None:
        super().__init__(f"Cannot authorise {amount}: {authorised} is, and at most {MAX_TOTAL} can be.")


class CaptureTooLarge(DomainError):
    """No more is captured than is authorised."""

    code = "capture-too-large"

    def __init__(self, amount: Decimal, authorised: Decimal, captured: Decimal) -> None:
        super().__init__(f"Cannot capture {amount}: {authorised} authorised, {captured} captured.")


class NothingToVoid(DomainError):
    """A void gives up what is authorised and not captured."""

    code = "nothing-to-void"

    def __init__(self, authorised: Decimal, captured: Decimal) -> None:
        super().__init__(f"There is nothing to void: {authorised} authorised, {captured} captured.")


class RefundTooLarge(DomainError):
    """No more is refunded than was captured."""

    code = "refund-too-large"

    def __init__(self, amount: Decimal, captured: Decimal, refunded: Decimal) -> None:
        super().__init__(f"Cannot refund {amount}: {captured} captured, {refunded} refunded.")


class OrderIsPaid(DomainError):
    """An order is cancelled once the money is back."""

    code = "order-is-paid"

    def __init__(self, captured: Decimal, refunded: Decimal) -> None:
        super().__init__(
            f"Cannot cancel the order: {captured} captured, {refunded} refunded; refund {captured - refunded} first."
        )
