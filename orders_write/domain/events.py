"""3 · What has happened to an order: the published language, added to, never edited.

Events carry results (the new total, the customer), so that whoever reads them assigns instead of computing.
Amounts are exact decimals in the event's `currency`.
"""

from decimal import Decimal
from typing import ClassVar

import msgspec

from orders_write.domain.values import Address, OrderLine


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A fact about one order; its type's name and `schema_version` are stored with it."""

    schema_version: ClassVar[int] = 1


class OrderCreated(Event, frozen=True):
    """An order was placed."""

    customer_id: str | None
    currency: str
    lines: tuple[OrderLine, ...]
    shipping_address: Address
    total: Decimal
    reference: str | None = None


class OrderItemAdded(Event, frozen=True):
    """A line was put on the order; `total` is the order's, after it.

    Version 2 says the country; version 3 whether the order had none of that product before.
    """

    schema_version: ClassVar[int] = 3

    customer_id: str | None
    country: str
    currency: str
    line: OrderLine
    first_of_product: bool
    total: Decimal


class OrderCancelled(Event, frozen=True):
    """The order was called off; `lines` and `total` are what it was worth. Version 2 says the country and the lines."""

    schema_version: ClassVar[int] = 2

    customer_id: str | None
    country: str
    currency: str
    lines: tuple[OrderLine, ...]
    reason: str
    total: Decimal


EVENT_TYPES: tuple[type[Event], ...] = (OrderCreated, OrderItemAdded, OrderCancelled)
