"""A small shop: five orders of known ids and times, placed by commands and posted by the projection."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from orders_write.command_bus import Context, dispatch
from orders_write.domain.commands import AddOrderItem, CancelOrder, Command, CreateOrder
from orders_write.domain.values import Address, Item

ADA_TEA = UUID("01900000-0000-7000-8000-000000000001")
ADA_JAM = UUID("01900000-0000-7000-8000-000000000002")
GRACE_BOWLS = UUID("01900000-0000-7000-8000-000000000003")
GUEST_PEARLS = UUID("01900000-0000-7000-8000-000000000004")
ADA_CANCELLED = UUID("01900000-0000-7000-8000-000000000005")
NEWEST_FIRST = [ADA_CANCELLED, GUEST_PEARLS, GRACE_BOWLS, ADA_JAM, ADA_TEA]

LEEDS = Address("United Kingdom", recipient="Ada Byron", line1="1 Mill Lane", city="Leeds", postal_code="LS1 4AP")
KYOTO = Address("Japan", city="Kyōto", region="Kansai")
MANAMA = Address("Bahrain", city="Manama")


def on(day: int, hour: int = 9) -> datetime:
    """Return a time in May 2024."""
    return datetime(2024, 5, day, hour, tzinfo=UTC)


def do(command: Command, when: datetime) -> None:
    """Carry out a command that happened at a time."""
    dispatch(command, Context("tests", occurred_at=when))


def item(product_id: str, name: str, quantity: int, unit_price: str) -> Item:
    """Return what a customer asks for."""
    return Item(product_id, name, quantity, Decimal(unit_price))


def order(order_id: UUID, customer: str | None, currency: str, address: Address, *items: Item, **more: str) -> Command:
    """Return the command that places an order."""
    return CreateOrder(
        order_id=order_id, customer_id=customer, currency=currency, items=items, shipping_address=address, **more
    )


@pytest.fixture
def shop(project: Callable[[], None]) -> None:
    """Five orders: three of Ada's, the last of them cancelled; one of Grace's; one of a guest's."""
    tea, jam = item("85123A", "Darjeeling tea", 2, "3.50"), item("JAM-1", "Strawberry jam", 3, "0.125")
    do(order(ADA_TEA, "ada", "GBP", LEEDS, tea, reference="536365"), on(1))
    do(order(ADA_JAM, "ada", "GBP", LEEDS, jam), on(2))
    do(order(GRACE_BOWLS, "grace@example.org", "JPY", KYOTO, item("bowl", "茶碗", 2, "600.0")), on(3))
    do(order(GUEST_PEARLS, None, "BHD", MANAMA, item("pearl", "Pearl", 1, "99.9")), on(4))
    do(order(ADA_CANCELLED, "ada", "GBP", LEEDS, tea), on(5))
    do(CancelOrder(order_id=ADA_CANCELLED, reason="out of tea"), on(6))
    do(AddOrderItem(order_id=ADA_TEA, item=jam), on(7))
    project()


def ids(body: dict) -> list[UUID]:
    """Return the orders on a page of an answer."""
    return [UUID(found["order_id"]) for found in body["items"]]
