"""The order as its events have left it: what a decision needs to know, and the three states that follow from it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

import msgspec

from orders_write.domain.values import (
    NOTHING,
    Discount,
    FulfillmentStatus,
    LineQuantity,
    OrderLine,
    OrderStatus,
    PaymentStatus,
    Value,
)

Counts = Mapping[int, int]


class Fulfillment(Value, frozen=True):
    """Units that left together."""

    items: tuple[LineQuantity, ...]
    status: Literal["shipped", "delivered", "cancelled"] = "shipped"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One order; `fulfilled` and `returned` count units by line, amounts are in its currency.

    `authorised` is without what was voided; `line_discounts` and `order_discount` are how the discounts were given.
    """

    customer_id: str | None
    country: str
    currency: str
    lines: tuple[OrderLine, ...]
    total: Decimal
    subtotal: Decimal
    last_line: int
    order_status: OrderStatus = "placed"
    discount: Decimal = NOTHING
    shipping_fee: Decimal = NOTHING
    order_discount: Discount = Discount()
    line_discounts: Mapping[int, Discount] = {}
    authorised: Decimal = NOTHING
    captured: Decimal = NOTHING
    refunded: Decimal = NOTHING
    was_voided: bool = False
    references: frozenset[str] = frozenset()
    fulfillments: tuple[Fulfillment, ...] = ()
    fulfilled: Counts = {}
    returned: Counts = {}
    hold_reason: str = ""
    end_reason: str = ""
    notes: int = 0

    @property
    def is_confirmed(self) -> bool:
        """Whether lines and total are fixed, and goods and money may move."""
        return self.order_status == "confirmed"

    @property
    def units(self) -> int:
        """How many units are ordered."""
        return sum(line.quantity for line in self.lines)

    @property
    def units_fulfilled(self) -> int:
        """How many units were shipped; those that came back count, too."""
        return sum(self.fulfilled.values())

    @property
    def left(self) -> tuple[LineQuantity, ...]:
        """What is still to be shipped."""
        left = ((line.line, line.quantity - self.fulfilled.get(line.line, 0)) for line in self.lines)
        return tuple(LineQuantity(line, quantity) for line, quantity in left if quantity)

    @property
    def payment_status(self) -> PaymentStatus:
        """How far the order is paid."""
        if self.refunded:
            return "refunded" if self.refunded == self.captured else "partly_refunded"
        if self.captured:
            return "captured" if self.captured >= self.total else "partly_captured"
        if self.authorised:
            return "authorised"
        return "voided" if self.was_voided else "none"

    @property
    def fulfillment_status(self) -> FulfillmentStatus:
        """How far the order is shipped; a hold hides it."""
        if self.hold_reason:
            return "on_hold"
        if returned := sum(self.returned.values()):
            return "returned" if returned == self.units else "partly_returned"
        if not (fulfilled := self.units_fulfilled):
            return "unfulfilled"
        if fulfilled < self.units:
            return "partly_fulfilled"
        return "fulfilled" if any(one.status == "shipped" for one in self.fulfillments) else "delivered"

    def line(self, number: int) -> OrderLine | None:
        """Return the line of that number, None when there is none (any more)."""
        return next((line for line in self.lines if line.line == number), None)

    def with_line(self, changed: OrderLine) -> tuple[OrderLine, ...]:
        """Return the lines with one of them changed."""
        return tuple(changed if line.line == changed.line else line for line in self.lines)

    def without_line(self, number: int) -> tuple[OrderLine, ...]:
        """Return the lines without one of them."""
        return tuple(line for line in self.lines if line.line != number)

    def with_discount(self, line: int | None, discount: Discount) -> "Order":
        """Return the order with a discount of a line, or of its own; what it makes is not computed here."""
        if line is None:
            return msgspec.structs.replace(self, order_discount=discount)
        return msgspec.structs.replace(self, line_discounts={**self.line_discounts, line: discount})

    def shipping(self, items: tuple[LineQuantity, ...]) -> "Order":
        """Return the order with one fulfillment more."""
        fulfillments = (*self.fulfillments, Fulfillment(items))
        return msgspec.structs.replace(self, fulfillments=fulfillments, fulfilled=_added(self.fulfilled, items, 1))

    def delivering(self, number: int) -> "Order":
        """Return the order with a fulfillment that has arrived."""
        return msgspec.structs.replace(self, fulfillments=self._with_status(number, "delivered"))

    def taking_back(self, number: int) -> "Order":
        """Return the order with the units of a fulfillment left to ship again."""
        fulfilled = _added(self.fulfilled, self.fulfillments[number - 1].items, -1)
        return msgspec.structs.replace(self, fulfillments=self._with_status(number, "cancelled"), fulfilled=fulfilled)

    def returning(self, items: tuple[LineQuantity, ...]) -> "Order":
        """Return the order with units that came back."""
        return msgspec.structs.replace(self, returned=_added(self.returned, items, 1))

    def released(self) -> "Order":
        """Return the order without a hold."""
        return msgspec.structs.replace(self, hold_reason="")

    def _with_status(self, number: int, status: Literal["delivered", "cancelled"]) -> tuple[Fulfillment, ...]:
        changed = Fulfillment(self.fulfillments[number - 1].items, status)
        return (*self.fulfillments[: number - 1], changed, *self.fulfillments[number:])


def _added(counts: Counts, items: Iterable[LineQuantity], sign: Literal[1, -1]) -> Counts:
    counted = dict(counts)
    for item in items:
        counted[item.line] = counted.get(item.line, 0) + sign * item.quantity
    return counted
