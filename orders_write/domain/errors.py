"""How the business says no: one class per rule, one sentence each, with the figures."""

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from orders_write.domain.values import MAX_LINES, MAX_PRICE_DECIMALS, MAX_QUANTITY, MAX_TOTAL, MAX_UNIT_PRICE


class DomainError(Exception):
    """A rule of the business refused a command; `code` names the rule for machines, the text explains it."""

    code: ClassVar[str] = "rule-broken"

    @property
    def detail(self) -> str:
        """The whole sentence, for people."""
        return str(self)


class InvalidCommand(DomainError):
    """The command is wrong whatever the order's state; `field` names the part at fault."""

    code = "invalid-command"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class OrderNotFound(DomainError):
    """There is no such order."""

    code = "order-not-found"

    def __init__(self, order_id: UUID) -> None:
        super().__init__(f"There is no order {order_id}; check the id, or create the order first.")


class OrderAlreadyExists(DomainError):
    """An order's id was used before."""

    code = "order-already-exists"

    def __init__(self, order_id: UUID) -> None:
        super().__init__(f"Order {order_id} exists already; leave order_id out and a new one is made.")


class OrderIsCancelled(DomainError):
    """A cancelled order takes no items."""

    code = "order-is-cancelled"

    def __init__(self, order_id: UUID, reason: str) -> None:
        super().__init__(f"Order {order_id} is cancelled ({reason}) and takes no items; create a new order.")


class OrderAlreadyCancelled(DomainError):
    """Cancelling twice is refused."""

    code = "order-already-cancelled"

    def __init__(self, order_id: UUID, reason: str) -> None:
        super().__init__(f"Order {order_id} was cancelled before ({reason}); nothing is left to cancel.")


class CurrencyMismatch(DomainError):
    """An order has one currency."""

    code = "currency-mismatch"

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"The order is in {expected}, the item's price in {found}; an order has one currency.")


class TooManyLines(DomainError):
    """An order has a bounded number of lines."""

    code = "too-many-lines"

    def __init__(self, lines: int) -> None:
        super().__init__(f"An order has at most {MAX_LINES} lines, this one would have {lines}; split it.")


class OrderTotalTooLarge(DomainError):
    """An order's total stays within what is stored exactly."""

    code = "order-total-too-large"

    def __init__(self, total: Decimal) -> None:
        super().__init__(f"An order's total is at most {MAX_TOTAL}, this one would be {total}; split it.")


def unknown_currency(currency: str) -> InvalidCommand:
    """Build the error for a currency that ISO 4217 does not know."""
    return InvalidCommand("currency", f"'{currency}' is not an ISO 4217 currency code such as GBP, EUR or USD.")


def no_items() -> InvalidCommand:
    """Build the error for an order without a line."""
    return InvalidCommand("items", "An order needs at least one item; none was given.")


def bad_quantity(field: str, quantity: int) -> InvalidCommand:
    """Build the error for a quantity out of bounds."""
    return InvalidCommand(field, f"A quantity is a whole number from 1 to {MAX_QUANTITY}, not {quantity}.")


def bad_price(field: str, price: Decimal) -> InvalidCommand:
    """Build the error for a price that is negative, too large or too fine."""
    return InvalidCommand(
        field, f"A unit price is from 0 to {MAX_UNIT_PRICE} with at most {MAX_PRICE_DECIMALS} decimals, not {price}."
    )


def empty_text(field: str) -> InvalidCommand:
    """Build the error for a text that must say something."""
    return InvalidCommand(field, f"'{field}' must not be empty.")
