"""1 · What may be asked of an order: every command, in the imperative."""

from uuid import UUID

import msgspec

from orders_write.domain.values import Address, Item


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An intent to change the one order that it names."""

    order_id: UUID


class CreateOrder(Command, frozen=True):
    """Place a new order; `customer_id` is None for a guest, `reference` another system's number for the order."""

    customer_id: str | None
    currency: str
    items: tuple[Item, ...]
    shipping_address: Address
    reference: str | None = None


class AddOrderItem(Command, frozen=True):
    """Put one more line on an order; a `currency`, when given, must be the order's."""

    item: Item
    currency: str | None = None


class CancelOrder(Command, frozen=True):
    """Call an order off, saying why."""

    reason: str
