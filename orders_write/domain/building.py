"""Decides what an order is made of: lines, discounts, shipping, notes, and its confirmation."""

from decimal import Decimal
from typing import Any

from msgspec.structs import asdict, replace

from orders_write.domain import commands, errors, events
from orders_write.domain.checks import (
    check_amount,
    check_currency,
    check_item,
    check_percent,
    check_quantity,
    check_text,
)
from orders_write.domain.events import Event
from orders_write.domain.fulfillment_errors import AddressIsFixed
from orders_write.domain.state import Order
from orders_write.domain.values import MAX_LINES, MAX_NOTES, MAX_TOTAL, Address, Discount, OrderLine, numbered, total_of


def create(command: commands.CreateOrder, order: Order | None) -> list[Event]:
    """Begin an order; only a draft has no lines."""
    if order is not None:
        raise errors.OrderAlreadyExists(command.order_id)
    check_currency(command.currency)
    if not command.items and not command.draft:
        raise errors.no_items()
    for number, item in enumerate(command.items):
        check_item(item, f"items.{number}.")
    if command.customer_id is not None:
        check_text(command.customer_id, "customer_id")
    _check_address(command.shipping_address)
    return [_created(command)]


def _created(command: commands.CreateOrder) -> Event:
    lines = numbered(command.items)
    total = total_of(lines)
    _check_bounds(lines, total)
    return events.OrderCreated(
        customer_id=command.customer_id,
        currency=command.currency,
        lines=lines,
        shipping_address=command.shipping_address,
        total=total,
        reference=command.reference,
        order_status="placed" if lines else "draft",
    )


def add_item(command: commands.AddOrderItem, order: Order) -> list[Event]:
    """Add a line after the last number that was ever given."""
    _check_open(command, order)
    if command.currency not in (None, order.currency):
        raise errors.CurrencyMismatch(order.currency, str(command.currency))
    check_item(command.item, "")
    (line,) = numbered([command.item], after=order.last_line)
    after = _priced(replace(order, lines=(*order.lines, line)))
    first = not _has_product(order, line.product_id)
    return [events.OrderItemAdded(line=line, first_of_product=first, **_amounts(order, after))]


def change_quantity(command: commands.ChangeItemQuantity, order: Order) -> list[Event]:
    """Change the number of units of a line; its discount follows when it is a percentage."""
    _check_open(command, order)
    check_quantity(command.quantity, "quantity")
    before = line_of(order, command.line)
    line = _discounted(order, replace(before, quantity=command.quantity))
    return [
        events.ItemQuantityChanged(
            line=line,
            quantity_change=line.quantity - before.quantity,
            line_total_change=line.total - before.total,
            **_amounts(order, _priced(replace(order, lines=order.with_line(line)))),
        )
    ]


def remove_item(command: commands.RemoveOrderItem, order: Order) -> list[Event]:
    """Take a line off, together with its discount."""
    _check_open(command, order)
    line = line_of(order, command.line)
    after = _priced(replace(order, lines=order.without_line(command.line)))
    last = not _has_product(after, line.product_id)
    return [events.OrderItemRemoved(line=line, last_of_product=last, **_amounts(order, after))]


def apply_discount(command: commands.ApplyDiscount, order: Order) -> list[Event]:
    """Give a line, or the order, its one discount."""
    _check_open(command, order)
    discount = _discount(command)
    before = after = None if command.line is None else line_of(order, command.line)
    discounted = order.with_discount(command.line, discount)
    if before is not None:
        after = _discounted(discounted, before)
        discounted = replace(discounted, lines=order.with_line(after))
    return [
        events.DiscountApplied(
            percent=discount.percent,
            amount=discount.amount,
            line=after,
            line_total_change=after.total - before.total if after and before else Decimal(0),
            **_amounts(order, _priced(discounted)),
        )
    ]


def set_shipping_fee(command: commands.SetShippingFee, order: Order) -> list[Event]:
    """Set the price of shipping."""
    _check_open(command, order)
    check_amount(command.amount)
    return [events.ShippingFeeSet(**_amounts(order, _priced(replace(order, shipping_fee=command.amount))))]


def set_shipping_address(command: commands.SetShippingAddress, order: Order) -> list[Event]:
    """Send the order somewhere else, until something is on its way."""
    _check_address(command.shipping_address)
    if order.units_fulfilled:
        raise AddressIsFixed(order.units_fulfilled)
    return [
        events.ShippingAddressSet(
            customer_id=order.customer_id,
            country=command.shipping_address.country,
            currency=order.currency,
            shipping_address=command.shipping_address,
            previous_country=order.country,
            units=order.units,
            total=order.total,
            refunded=order.refunded,
        )
    ]


def add_note(command: commands.AddNote, order: Order) -> list[Event]:
    """Keep a text with the order."""
    check_text(command.text, "text")
    if order.notes >= MAX_NOTES:
        raise errors.TooManyEntries("notes", MAX_NOTES)
    return [events.NoteAdded(text=command.text)]


def confirm(command: commands.ConfirmOrder, order: Order) -> list[Event]:
    """Fix lines and total."""
    _check_open(command, order)
    if not order.lines:
        raise errors.OrderHasNoLines(command.order_id)
    facts = {name: value for name, value in _amounts(order, order).items() if name != "total_change"}
    return [events.OrderConfirmed(lines=order.lines, **(facts | {"order_status": "confirmed"}))]


def line_of(order: Order, number: int) -> OrderLine:
    """Return the line of that number.

    Raises:
        LineNotFound: there is none (any more).
    """
    line = order.line(number)
    if line is None:
        raise errors.LineNotFound(number, len(order.lines))
    return line


def _check_open(command: commands.Command, order: Order) -> None:
    if order.is_confirmed:
        raise errors.OrderIsConfirmed(command.order_id, order.total)


def _check_address(address: Address) -> None:
    check_text(address.country, "shipping_address.country")


def _has_product(order: Order, product_id: str) -> bool:
    return any(line.product_id == product_id for line in order.lines)


def _discount(command: commands.ApplyDiscount) -> Discount:
    if (command.percent is None) == (command.amount is None):
        raise errors.percent_or_amount()
    if command.percent is not None:
        check_percent(command.percent)
    if command.amount is not None:
        check_amount(command.amount)
    return Discount(command.percent, command.amount)


def _discounted(order: Order, line: OrderLine) -> OrderLine:
    taken = order.line_discounts.get(line.line, Discount()).of(line.gross, order.currency)
    if taken > line.gross:
        raise errors.DiscountTooLarge(taken, f"line {line.line}", line.gross)
    return replace(line, discount=taken)


def _priced(order: Order) -> Order:
    """Return the order with the amounts that follow from its lines, discounts and shipping fee."""
    subtotal = total_of(order.lines)
    discount = order.order_discount.of(subtotal, order.currency)
    if discount > subtotal:
        raise errors.DiscountTooLarge(discount, "the order", subtotal)
    total = subtotal - discount + order.shipping_fee
    _check_bounds(order.lines, total)
    status = "placed" if order.lines else "draft"
    return replace(order, subtotal=subtotal, discount=discount, total=total, order_status=status)


def _check_bounds(lines: tuple[OrderLine, ...], total: Decimal) -> None:
    if len(lines) > MAX_LINES:
        raise errors.TooManyLines(len(lines))
    largest = max((total, *(line.gross for line in lines)))
    if largest > MAX_TOTAL:
        raise errors.OrderTotalTooLarge(largest)


def _amounts(before: Order, after: Order) -> dict[str, Any]:
    """Return the facts that every event carries that may change the total."""
    names = events.ShippingFeeSet.__struct_fields__
    return {name: value for name, value in asdict(after).items() if name in names} | {
        "total_change": after.total - before.total
    }
