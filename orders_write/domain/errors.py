"""How the business says no: one class per rule, one sentence each, with the figures.

Here are the rules of every order and of building one; payment_errors.py and fulfillment_errors.py have the others.
"""

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
    """A cancelled order takes notes only."""

    code = "order-is-cancelled"

    def __init__(self, order_id: UUID, reason: str) -> None:
        super().__init__(f"Order {order_id} is cancelled ({reason}) and takes notes only; create a new order.")


class OrderIsExpired(DomainError):
    """An expired order takes notes only."""

    code = "order-is-expired"

    def __init__(self, order_id: UUID) -> None:
        super().__init__(f"Order {order_id} expired before it was confirmed and takes notes only; create a new order.")


class OrderIsClosed(DomainError):
    """A closed order takes notes only."""

    code = "order-is-closed"

    def __init__(self, order_id: UUID) -> None:
        super().__init__(f"Order {order_id} is closed and takes notes only; create a new order.")


class OrderAlreadyCancelled(DomainError):
    """Cancelling twice is refused."""

    code = "order-already-cancelled"

    def __init__(self, order_id: UUID, reason: str) -> None:
        super().__init__(f"Order {order_id} was cancelled before ({reason}); nothing is left to cancel.")


class OrderIsConfirmed(DomainError):
    """What a confirmation fixes does not change after it."""

    code = "order-is-confirmed"

    def __init__(self, order_id: UUID, total: Decimal) -> None:
        super().__init__(f"Order {order_id} is confirmed with a total of {total}; that is possible before only.")


class OrderIsNotConfirmed(DomainError):
    """Nothing is captured, shipped or put away of an order that is not confirmed."""

    code = "order-is-not-confirmed"

    def __init__(self, order_id: UUID, status: str) -> None:
        super().__init__(f"Order {order_id} is {status} and not confirmed; confirm it first.")


class OrderHasNoLines(DomainError):
    """A draft without a line can neither be confirmed nor paid for."""

    code = "order-has-no-lines"

    def __init__(self, order_id: UUID) -> None:
        super().__init__(f"Order {order_id} is a draft with 0 lines; add an item first.")


class LineNotFound(DomainError):
    """The order has no such line."""

    code = "line-not-found"

    def __init__(self, line: int, lines: int) -> None:
        super().__init__(f"The order has no line {line}; it has {lines}, read it for their numbers.")


class DiscountTooLarge(DomainError):
    """A discount is at most what it is taken from, also after a later change."""

    code = "discount-too-large"

    def __init__(self, discount: Decimal, of: str, price: Decimal) -> None:
        super().__init__(f"Cannot take {discount} off {of}: that is worth {price}; make the discount smaller first.")


class TooManyEntries(DomainError):
    """An order keeps a bounded number of notes, payments and fulfillments."""

    code = "too-many-entries"

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"An order has at most {most} {what}, and this one has as many; nothing can be added.")


class OrderIsNotDelivered(DomainError):
    """An order is closed once it has arrived."""

    code = "order-is-not-delivered"

    def __init__(self, status: str) -> None:
        super().__init__(f"Cannot close the order: it is {status}; it must be delivered, or partly or wholly returned.")


class OrderIsNotPaid(DomainError):
    """An order is closed once it is paid for."""

    code = "order-is-not-paid"

    def __init__(self, total: Decimal, captured: Decimal) -> None:
        super().__init__(f"Cannot close the order: {captured} of {total} is captured; capture the rest first.")


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


def bad_amount(field: str, amount: Decimal, least: Decimal) -> InvalidCommand:
    """Build the error for an amount of money that is too small, too large or too fine."""
    return InvalidCommand(
        field, f"'{field}' is from {least} to {MAX_TOTAL} with at most {MAX_PRICE_DECIMALS} decimals, not {amount}."
    )


def bad_percent(percent: Decimal) -> InvalidCommand:
    """Build the error for a percentage out of bounds."""
    return InvalidCommand("percent", f"A percentage is from 0 to 100 with at most 4 decimals, not {percent}.")


def percent_or_amount() -> InvalidCommand:
    """Build the error for a discount that is said in two ways, or in none."""
    return InvalidCommand("percent", "A discount has either 'percent' or 'amount'; give exactly one of them.")


def line_twice(line: int) -> InvalidCommand:
    """Build the error for a line that is named more than once."""
    return InvalidCommand("items", f"Line {line} is named more than once; name it once with the sum.")


def empty_text(field: str) -> InvalidCommand:
    """Build the error for a text that must say something."""
    return InvalidCommand(field, f"'{field}' must not be empty.")
