"""Commands and events with character, and only the detail that matters to a test."""

from decimal import Decimal
from typing import Any

from gate.tokens import Actor
from orders_write.domain.commands import AddOrderItem, CancelOrder, CreateOrder
from orders_write.domain.events import OrderCancelled, OrderCreated, OrderItemAdded
from orders_write.domain.values import Address, Item, OrderLine
from tests.given_when_then import ORDER

AN_OPERATOR = Actor("operator-1", "operator")
LEEDS = Address("United Kingdom", recipient="Ada", line1="1 Mill Lane", city="Leeds", postal_code="LS1 4AP")
TEA = Item("tea", "Darjeeling", 2, Decimal("3.50"))
JAM = Item("jam", "Strawberry jam", 3, Decimal("0.1250"))
TEA_LINE = OrderLine(1, "tea", "Darjeeling", 2, Decimal("3.50"))
JAM_LINE = OrderLine(2, "jam", "Strawberry jam", 3, Decimal("0.1250"))


def create(**changes: Any) -> CreateOrder:
    """A command that places Ada's order of tea."""
    asked = {"customer_id": "ada", "currency": "GBP", "items": (TEA,), "shipping_address": LEEDS}
    return CreateOrder(**({"order_id": ORDER} | asked | changes))


def add(item: Item = JAM, **changes: Any) -> AddOrderItem:
    """A command that adds jam."""
    return AddOrderItem(order_id=ORDER, item=item, **changes)


def cancel(reason: str = "out of tea") -> CancelOrder:
    """A command that calls the order off."""
    return CancelOrder(order_id=ORDER, reason=reason)


def created(**changes: Any) -> OrderCreated:
    """Ada's order was placed."""
    facts = {"customer_id": "ada", "currency": "GBP", "lines": (TEA_LINE,), "shipping_address": LEEDS}
    return OrderCreated(**(facts | {"total": Decimal("7.00")} | changes))


def added(line: OrderLine = JAM_LINE, total: str = "7.375", *, first: bool = True) -> OrderItemAdded:
    """Jam was added."""
    facts = {"customer_id": "ada", "country": "United Kingdom", "currency": "GBP", "line": line}
    return OrderItemAdded(first_of_product=first, total=Decimal(total), **facts)


def cancelled(reason: str = "out of tea", total: str = "7.00", lines: tuple[OrderLine, ...] = ()) -> OrderCancelled:
    """The order was called off."""
    facts = {"customer_id": "ada", "country": "United Kingdom", "currency": "GBP", "lines": lines or (TEA_LINE,)}
    return OrderCancelled(reason=reason, total=Decimal(total), **facts)
