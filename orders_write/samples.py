"""Believable orders, for demos and load: made with factory-boy, placed through the command bus."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import repeat
from typing import Any
from uuid import UUID

import factory
from factory.faker import Faker
from factory.random import randgen, reseed_random
from msgspec.structs import replace

from orders_write import command_bus
from orders_write.command_bus import Context
from orders_write.domain import commands
from orders_write.domain.commands import AddOrderItem, CancelOrder, Command, CreateOrder
from orders_write.domain.values import Address, Item, LineQuantity
from orders_write.ids import new_id

ACTOR = "samples"
_This = dict[str, Any]
_GOODS = (
    ("tea-darjeeling", "Darjeeling tea, 250 g", "9.80"),
    ("tea-assam", "Assam tea, 250 g", "7.40"),
    ("jam-strawberry", "Strawberry jam", "3.25"),
    ("marmalade-seville", "Seville marmalade", "3.60"),
    ("scone-mix", "Scone mix, 500 g", "4.10"),
    ("teapot-blue", "Blue teapot", "24.00"),
    ("cup-saucer", "Cup and saucer", "11.50"),
    ("honey-heather", "Heather honey", "6.95"),
    ("biscuits-ginger", "Ginger biscuits", "2.35"),
    ("linen-napkin", "Linen napkin", "5.125"),
)
_REASONS = ("changed my mind", "found it elsewhere", "ordered twice", "out of stock")
_CURRENCIES = {"United Kingdom": "GBP", "Germany": "EUR", "France": "EUR", "United States": "USD", "Switzerland": "CHF"}


class AddressFactory(factory.Factory[Address]):
    """An address that could exist."""

    class Meta:
        """What is built."""

        model = Address

    country = Faker("random_element", elements=tuple(_CURRENCIES))
    recipient = Faker("name")
    line1 = Faker("street_address")
    city = Faker("city")
    postal_code = Faker("postcode")


class ItemFactory(factory.Factory[Item]):
    """A few units of something from the shelf."""

    class Meta:
        """What is built."""

        model = Item
        exclude = ("goods",)

    goods = Faker("random_element", elements=_GOODS)
    product_id = factory.LazyAttribute(lambda item: item.goods[0])
    name = factory.LazyAttribute(lambda item: item.goods[1])
    unit_price = factory.LazyAttribute(lambda item: Decimal(item.goods[2]))
    quantity = Faker("random_int", min=1, max=6)


class CreateOrderFactory(factory.Factory[CreateOrder]):
    """An order of one to eight lines, in the currency of the country that it goes to."""

    class Meta:
        """What is built."""

        model = CreateOrder

    order_id = factory.LazyFunction(new_id)
    customer_id = Faker("bothify", text="customer-##")
    shipping_address = factory.SubFactory(AddressFactory)
    currency = factory.LazyAttribute(lambda order: _CURRENCIES[order.shipping_address.country])
    items = factory.LazyFunction(lambda: tuple(ItemFactory.build_batch(randgen.randint(1, 8))))


def place(count: int, seed: int | None = None, days: int = 0) -> list[UUID]:
    """Place some orders, let each live on a while, and return their ids.

    Between them they show every state that an order can be in, when there are enough of them (a hundred or so). The
    same seed gives the same orders under other ids. With `days` they were placed over that many days up to now, the
    first one first, and lived on for hours and days; without, all of it happens now.
    """
    reseed_random(seed if seed is not None else random.randrange(2**32))
    chance, clock, now = random.Random(seed), random.Random(seed), datetime.now(UTC)
    placed = []
    for number in range(count):
        asked = list(_story(CreateOrderFactory(), chance))
        begun = now - timedelta(days=days) * (1 - (number + clock.random()) / count)
        times = _times(begun, now, clock) if days else repeat(None)
        command_bus.dispatch_many(
            [(command, Context(ACTOR, occurred_at=at)) for command, at in zip(asked, times, strict=False)]
        )
        placed.append(asked[0].order_id)
    return placed


def _times(begun: datetime, now: datetime, clock: random.Random) -> Iterator[datetime]:
    """Yield when each thing happens to an order: some minutes or hours after the one before, and not after now."""
    while True:
        yield begun
        begun = min(now, begun + timedelta(hours=clock.expovariate(1 / 6)))


def _story(order: CreateOrder, chance: random.Random) -> Iterator[Command]:
    """Yield what becomes of an order, up to a chance end; a command that came too late is refused, that is all."""
    this: _This = {"order_id": order.order_id}
    if chance.random() < 0.05:
        yield replace(order, items=(), draft=True)
        return
    yield order
    extras = [extra for extra in _extras(this) if chance.random() < 0.3]
    yield from (command for command, _ in extras)
    dearer = sum((change for _, change in extras), Decimal(0))
    total = sum((item.quantity * item.unit_price for item in order.items), dearer)
    for chapter in (_payment(total, this, chance), _shipping(this, chance), _aftermath(order, total, this, chance)):
        if chance.random() < 0.15:
            break
        yield from chapter
    yield from _end(this, chance)


def _extras(this: _This) -> Iterator[tuple[Command, Decimal]]:
    """Yield what may be asked before confirmation, and what each makes the order dearer by."""
    item: Item = ItemFactory()  # type: ignore[assignment]
    yield AddOrderItem(item=item, **this), item.quantity * item.unit_price
    yield commands.ApplyDiscount(amount=Decimal("1.50"), **this), Decimal("-1.50")
    yield commands.SetShippingFee(amount=Decimal("4.90"), **this), Decimal("4.90")
    yield commands.AddNote(text="ring twice", **this), Decimal(0)


def _payment(total: Decimal, this: _This, chance: random.Random) -> Iterator[Command]:
    if chance.random() < 0.15:
        yield commands.RecordPaymentFailure(amount=total, reference="card-1", reason="card refused", **this)
    yield commands.AuthorizePayment(amount=total, reference="card-2", **this)
    if chance.random() < 0.1:
        yield commands.VoidPayment(reference="card-3", **this)
    if chance.random() < 0.9:
        yield commands.ConfirmOrder(**this)
    if chance.random() < 0.9:
        part = Decimal("1.50") if chance.random() < 0.1 else total
        yield commands.CapturePayment(amount=part, reference="card-4", **this)


def _shipping(this: _This, chance: random.Random) -> Iterator[Command]:
    if chance.random() < 0.15:
        yield commands.HoldFulfillment(reason="address unclear", **this)
    some = (LineQuantity(1, 1),) if chance.random() < 0.3 else ()
    yield commands.FulfillItems(items=some, carrier="Royal Mail", tracking=f"RM{chance.randrange(10**8):08}", **this)
    if chance.random() < 0.7:
        yield commands.MarkDelivered(fulfillment=1, **this)


def _aftermath(order: CreateOrder, total: Decimal, this: _This, chance: random.Random) -> Iterator[Command]:
    if chance.random() < 0.3:
        whole = tuple(LineQuantity(line, item.quantity) for line, item in enumerate(order.items, start=1))
        back = whole if chance.random() < 0.3 else (LineQuantity(1, 1),)
        yield commands.ReturnItems(items=back, reason="not as pictured", **this)
        price = total if back is whole else order.items[0].unit_price
        yield commands.IssueRefund(amount=price, reference="card-5", reason="returned", **this)


def _end(this: _This, chance: random.Random) -> Iterator[Command]:
    if (luck := chance.random()) < 0.15:
        yield CancelOrder(reason=chance.choice(_REASONS), **this)
    elif luck < 0.3:
        yield commands.ExpireOrder(**this)
    elif luck < 0.6:
        yield commands.CloseOrder(**this)
