"""The rules of what a command says, whatever the order's state."""

from collections.abc import Iterable
from decimal import Decimal

from orders_write.domain import errors
from orders_write.domain.values import (
    CURRENCIES,
    MAX_PRICE_DECIMALS,
    MAX_QUANTITY,
    MAX_TOTAL,
    MAX_UNIT_PRICE,
    NOTHING,
    Item,
    LineQuantity,
    decimals_of,
)

SMALLEST_PAYMENT = Decimal("0.0001")


def check_currency(currency: str) -> None:
    """Raise InvalidCommand for a currency that ISO 4217 does not know."""
    if currency not in CURRENCIES:
        raise errors.unknown_currency(currency)


def check_item(item: Item, prefix: str) -> None:
    """Raise InvalidCommand for an item that cannot be ordered; `prefix` says where it stands in the command."""
    check_quantity(item.quantity, f"{prefix}quantity")
    if not _is_exact(item.unit_price, NOTHING, MAX_UNIT_PRICE):
        raise errors.bad_price(f"{prefix}unit_price", item.unit_price)
    for field in ("product_id", "name"):
        check_text(getattr(item, field), f"{prefix}{field}")


def check_quantity(quantity: int, field: str) -> None:
    """Raise InvalidCommand for a number of units out of bounds."""
    if not 1 <= quantity <= MAX_QUANTITY:
        raise errors.bad_quantity(field, quantity)


def check_quantities(items: Iterable[LineQuantity]) -> None:
    """Raise InvalidCommand for a quantity out of bounds, or a line that is named twice."""
    seen: set[int] = set()
    for number, item in enumerate(items):
        check_quantity(item.quantity, f"items.{number}.quantity")
        if item.line in seen:
            raise errors.line_twice(item.line)
        seen.add(item.line)


def check_amount(amount: Decimal, least: Decimal = NOTHING) -> None:
    """Raise InvalidCommand for an amount of money that is below `least`, too large or too fine."""
    if not _is_exact(amount, least, MAX_TOTAL):
        raise errors.bad_amount("amount", amount, least)


def check_payment(amount: Decimal, reference: str) -> None:
    """Raise InvalidCommand for a payment of nothing, or without its gateway's reference."""
    check_amount(amount, SMALLEST_PAYMENT)
    check_text(reference, "reference")


def check_percent(percent: Decimal) -> None:
    """Raise InvalidCommand for a percentage out of bounds."""
    if not _is_exact(percent, NOTHING, Decimal(100)):
        raise errors.bad_percent(percent)


def check_text(text: str, field: str) -> None:
    """Raise InvalidCommand for a text that says nothing."""
    if not text.strip():
        raise errors.empty_text(field)


def _is_exact(amount: Decimal, least: Decimal, most: Decimal) -> bool:
    return amount.is_finite() and least <= amount <= most and decimals_of(amount) <= MAX_PRICE_DECIMALS
