"""Believable orders, for demos and load: made with factory-boy, placed through the command bus."""

import random
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import factory
from factory.faker import Faker
from factory.random import randgen, reseed_random

from orders_write import command_bus
from orders_write.command_bus import Context
from orders_write.domain.commands import AddOrderItem, CancelOrder, Command, CreateOrder
from orders_write.domain.values import Address, Item
from orders_write.ids import new_id

ACTOR = "samples"
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


def place(count: int, seed: int | None = None) -> list[UUID]:
    """Place some orders, extend a third of them, cancel a tenth, and return their ids.

    The same seed gives the same orders under other ids.
    """
    reseed_random(seed if seed is not None else random.randrange(2**32))
    chance = random.Random(seed)
    placed = []
    for _ in range(count):
        commands = list(_story(CreateOrderFactory(), chance))
        command_bus.dispatch_many([(command, Context(ACTOR)) for command in commands])
        placed.append(commands[0].order_id)
    return placed


def _story(order: CreateOrder, chance: random.Random) -> Iterator[Command]:
    yield order
    if chance.random() < 0.3:
        yield AddOrderItem(order_id=order.order_id, item=ItemFactory())
    if chance.random() < 0.1:
        yield CancelOrder(order_id=order.order_id, reason=chance.choice(_REASONS))
