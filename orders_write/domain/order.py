"""2 · The order: `decide` says which events a command causes, `evolve` what an event changes. Both are pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import singledispatch
from typing import Literal

import msgspec

from orders_write.domain import errors
from orders_write.domain.commands import AddOrderItem, CancelOrder, Command, CreateOrder
from orders_write.domain.events import Event, OrderCancelled, OrderCreated, OrderItemAdded
from orders_write.domain.values import (
    CURRENCIES,
    MAX_LINES,
    MAX_PRICE_DECIMALS,
    MAX_QUANTITY,
    MAX_TOTAL,
    MAX_UNIT_PRICE,
    Item,
    OrderLine,
    decimals_of,
    numbered,
    total_of,
)


class Order(msgspec.Struct, frozen=True):
    """What a decision needs to know of an order."""

    customer_id: str | None
    country: str
    currency: str
    lines: tuple[OrderLine, ...]
    total: Decimal
    status: Literal["placed", "cancelled"] = "placed"
    cancel_reason: str = ""


def decide(command: Command, order: Order | None) -> list[Event]:
    """Return the events that a command causes.

    `order` is the state so far, or None when its stream is empty.

    Raises:
        DomainError: a rule refuses the command; nothing happens.
    """
    if isinstance(command, CreateOrder):
        return _create(command, order)
    if order is None:
        raise errors.OrderNotFound(command.order_id)
    return _change(command, order)


def _create(command: CreateOrder, order: Order | None) -> list[Event]:
    if order is not None:
        raise errors.OrderAlreadyExists(command.order_id)
    if command.currency not in CURRENCIES:
        raise errors.unknown_currency(command.currency)
    if not command.items:
        raise errors.no_items()
    for number, item in enumerate(command.items):
        _check_item(item, f"items.{number}.")
    _check_texts(command)
    lines = numbered(command.items)
    return [
        OrderCreated(
            customer_id=command.customer_id,
            currency=command.currency,
            lines=lines,
            shipping_address=command.shipping_address,
            total=_checked_total(lines),
            reference=command.reference,
        )
    ]


@singledispatch
def _change(command: Command, order: Order) -> list[Event]:
    raise TypeError(f"No rule decides {type(command).__name__}; add one to orders_write/domain/order.py.")


@_change.register
def _add_item(command: AddOrderItem, order: Order) -> list[Event]:
    if order.status == "cancelled":
        raise errors.OrderIsCancelled(command.order_id, order.cancel_reason)
    if command.currency not in (None, order.currency):
        raise errors.CurrencyMismatch(order.currency, str(command.currency))
    _check_item(command.item, "")
    added = numbered([command.item], after=len(order.lines))
    return [
        OrderItemAdded(
            customer_id=order.customer_id,
            country=order.country,
            currency=order.currency,
            line=added[0],
            first_of_product=all(line.product_id != command.item.product_id for line in order.lines),
            total=_checked_total(order.lines + added),
        )
    ]


@_change.register
def _cancel(command: CancelOrder, order: Order) -> list[Event]:
    if order.status == "cancelled":
        raise errors.OrderAlreadyCancelled(command.order_id, order.cancel_reason)
    if not command.reason.strip():
        raise errors.empty_text("reason")
    return [
        OrderCancelled(
            customer_id=order.customer_id,
            country=order.country,
            currency=order.currency,
            reason=command.reason,
            lines=order.lines,
            total=order.total,
        )
    ]


def _check_item(item: Item, prefix: str) -> None:
    if not 1 <= item.quantity <= MAX_QUANTITY:
        raise errors.bad_quantity(f"{prefix}quantity", item.quantity)
    if not _is_price(item.unit_price):
        raise errors.bad_price(f"{prefix}unit_price", item.unit_price)
    for field in ("product_id", "name"):
        if not getattr(item, field).strip():
            raise errors.empty_text(f"{prefix}{field}")


def _is_price(price: Decimal) -> bool:
    return price.is_finite() and 0 <= price <= MAX_UNIT_PRICE and decimals_of(price) <= MAX_PRICE_DECIMALS


def _check_texts(command: CreateOrder) -> None:
    if command.customer_id is not None and not command.customer_id.strip():
        raise errors.empty_text("customer_id")
    if not command.shipping_address.country.strip():
        raise errors.empty_text("shipping_address.country")


def _checked_total(lines: Sequence[OrderLine]) -> Decimal:
    if len(lines) > MAX_LINES:
        raise errors.TooManyLines(len(lines))
    total = total_of(lines)
    if total > MAX_TOTAL:
        raise errors.OrderTotalTooLarge(total)
    return total


def evolve(order: Order | None, event: Event) -> Order:
    """Return the order as it is after an event."""
    if isinstance(event, OrderCreated):
        return Order(event.customer_id, event.shipping_address.country, event.currency, event.lines, event.total)
    if order is None:
        raise ValueError(f"A stream cannot begin with {type(event).__name__}; its first event is OrderCreated.")
    if isinstance(event, OrderItemAdded):
        return msgspec.structs.replace(order, lines=(*order.lines, event.line), total=event.total)
    if isinstance(event, OrderCancelled):
        return msgspec.structs.replace(order, status="cancelled", cancel_reason=event.reason)
    raise TypeError(f"The order does not know {type(event).__name__}; teach evolve() about it.")


def replay(events: Iterable[Event]) -> Order | None:
    """Return the order that a stream's events lead to, None for an empty stream."""
    order: Order | None = None
    for event in events:
        order = evolve(order, event)
    return order
