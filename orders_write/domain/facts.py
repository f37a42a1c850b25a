"""What events have in common; every event itself is in events.py."""

from decimal import Decimal
from typing import ClassVar

import msgspec

from orders_write.domain.values import FulfillmentStatus, OrderLine, OrderStatus


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A fact about one order; its type's name and `schema_version` are stored with it."""

    schema_version: ClassVar[int] = 1


class Reported(Event, frozen=True, kw_only=True):
    """A fact that reports count: whose order it is, where it goes, in which currency."""

    customer_id: str | None
    country: str
    currency: str


class Repriced(Reported, frozen=True, kw_only=True):
    """The order's amounts after it; `total_change` is what the total changed by.

    `subtotal` is the sum of the lines, `discount` what is taken off that, `total` what is left and `shipping_fee`.
    """

    order_status: OrderStatus
    subtotal: Decimal
    discount: Decimal
    shipping_fee: Decimal
    total: Decimal
    total_change: Decimal


class CalledOff(Reported, frozen=True, kw_only=True):
    """The order came to nothing; `worth` is what it still was worth: its total without what had been refunded."""

    order_status: OrderStatus
    fulfillment_status: FulfillmentStatus
    lines: tuple[OrderLine, ...]
    total: Decimal
    worth: Decimal
