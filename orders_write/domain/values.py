"""Small frozen things with rules of their own: lines, discounts, addresses, currencies, states."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Literal

import msgspec
from iso4217 import Currency

MAX_PRICE_DECIMALS = 4
MAX_UNIT_PRICE = Decimal("999999999999.9999")
MAX_QUANTITY = 1_000_000
MAX_LINES = 2_000
MAX_TOTAL = Decimal("999999999999999.9999")
MAX_NOTES = 1_000
MAX_PAYMENTS = 1_000
MAX_FULFILLMENTS = 1_000
CURRENCIES = frozenset(currency.code for currency in Currency)
NOTHING = Decimal(0)

OrderStatus = Literal["draft", "placed", "confirmed", "cancelled", "expired", "closed"]
PaymentStatus = Literal["none", "authorised", "partly_captured", "captured", "partly_refunded", "refunded", "voided"]
FulfillmentStatus = Literal[
    "unfulfilled", "partly_fulfilled", "fulfilled", "delivered", "partly_returned", "returned", "on_hold"
]


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Base of the domain's values: compared by content, never changed."""


class Item(Value, frozen=True):
    """What a customer asks for: a product, how many units of it, and the price of one in the order's currency."""

    product_id: str
    name: str
    quantity: int
    unit_price: Decimal


class OrderLine(Value, frozen=True, omit_defaults=True):
    """An item at its place in an order; `line` counts from 1 and is kept for ever.

    `discount` is what is taken off the whole line, in the order's currency.
    """

    line: int
    product_id: str
    name: str
    quantity: int
    unit_price: Decimal
    discount: Decimal = NOTHING

    @property
    def gross(self) -> Decimal:
        """The exact price of the line before its discount, in the order's currency."""
        return self.unit_price * self.quantity

    @property
    def total(self) -> Decimal:
        """The exact price of the line, in the order's currency."""
        return self.gross - self.discount


class LineQuantity(Value, frozen=True):
    """Some units of one line: shipped, or returned."""

    line: int
    quantity: int


class Discount(Value, frozen=True):
    """A percentage of what it is taken from, or an amount in the order's currency; never both."""

    percent: Decimal | None = None
    amount: Decimal | None = None

    def of(self, price: Decimal, currency: str) -> Decimal:
        """Return what is taken off a price: a percentage is rounded half-up to the currency's minor units.

        Rounding never takes more than the price.
        """
        if self.amount is not None:
            return self.amount
        if not self.percent:
            return NOTHING
        return min((price * self.percent / 100).quantize(_smallest(currency), ROUND_HALF_UP), price)


class Address(Value, frozen=True, omit_defaults=True):
    """Where an order goes; only the country is always known."""

    country: str
    recipient: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""


def numbered(items: Iterable[Item], *, after: int = 0) -> tuple[OrderLine, ...]:
    """Give each item its line number, counting on from the line `after`."""
    return tuple(
        OrderLine(line, item.product_id, item.name, item.quantity, item.unit_price)
        for line, item in enumerate(items, start=after + 1)
    )


def total_of(lines: Iterable[OrderLine]) -> Decimal:
    """Return the exact sum of the lines, in their order's currency."""
    return sum((line.total for line in lines), Decimal(0))


def decimals_of(amount: Decimal) -> int:
    """Return how many decimal places an amount is written with (`1.50` has two)."""
    exponent = amount.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@cache
def minor_units_of(currency: str) -> int:
    """Return how many decimals a currency is usually written with: 2 for GBP, 0 for JPY."""
    return Currency(currency).exponent or 0


@cache
def _smallest(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_units_of(currency))
