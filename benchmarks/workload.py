"""The common workload: orders of five events, 2,000 of them open at a time, written straight into the log.

`.venv/bin/python -m benchmarks.workload [events]` prints how fast it is written, and how long the events are.
"""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from uuid_utils import uuid7

from benchmarks import databases, table

OPEN, STORIES, EVENTS_PER_ORDER, COPIED_AT_ONCE = 2_000, 500, 5, 50_000
ACTOR, CUSTOMER = "workload", "customer-000000"
_COLUMNS = "stream_id, stream_type, version, event_type, schema_version, data, metadata"
_GOODS = ("Darjeeling tea", "Strawberry jam", "Seville marmalade", "Blue teapot", "Heather honey", "Linen napkin")
_FINISHES = ("first flush", "hand picked", "glazed", "stoneware", "unbleached", "organic", "limited edition")
_COUNTRIES = {"United Kingdom": "GBP", "Germany": "EUR", "France": "EUR", "United States": "USD"}
_START = datetime(2026, 1, 1, tzinfo=UTC)


class Encoded(NamedTuple):
    """An event as the log stores it; CUSTOMER stands where its order's customer will."""

    event_type: str
    schema_version: int
    data: str


def stories(count: int = STORIES, seed: int = 7) -> list[list[Any]]:
    """Return the events of some orders, as the domain decides them."""
    chance = random.Random(seed)
    return [_story(chance) for _ in range(count)]


def _story(chance: random.Random) -> list[Any]:
    from orders_write.domain.order import decide, evolve

    order, events = None, []
    for command in commands(chance):
        for event in decide(command, order):
            order = evolve(order, event)
            events.append(event)
    return events


def commands(chance: random.Random) -> Iterator[Any]:
    """Yield what one customer asks for: an order, lines put on it, sometimes its end."""
    from orders_write.domain.commands import AddOrderItem, CancelOrder, CreateOrder
    from orders_write.ids import new_id

    order, address = new_id(), _address(chance)
    items = tuple(_item(chance, 16) for _ in range(3))
    facts = {"customer_id": CUSTOMER, "currency": _COUNTRIES[address.country], "reference": f"web-{order.hex[-6:]}"}
    yield CreateOrder(order_id=order, items=items, shipping_address=address, **facts)
    cancelled = chance.random() < 0.1
    for _ in range(EVENTS_PER_ORDER - 1 - cancelled):
        yield AddOrderItem(order_id=order, item=_item(chance, 3))
    if cancelled:
        yield CancelOrder(order_id=order, reason="changed my mind")


def _item(chance: random.Random, words: int) -> Any:
    from orders_write.domain.values import Item

    name = f"{chance.choice(_GOODS)}, {' '.join(chance.choices(_FINISHES, k=words))}"
    price = Decimal(chance.randint(100, 99_999)) / 100
    return Item(f"sku-{chance.randint(1, 5_000):05}", name, chance.randint(1, 9), price)


def _address(chance: random.Random) -> Any:
    from orders_write.domain.values import Address

    number = chance.randint(1, 999)
    return Address(
        country=chance.choice(tuple(_COUNTRIES)),
        recipient=f"Recipient {number} of the Household",
        line1=f"{number} Mill Lane, Building {number % 7}",
        line2=f"Floor {number % 11}, c/o the Reception Desk",
        city=chance.choice(("Leeds", "York", "Hull", "Bath")),
        region="West Riding of Yorkshire",
        postal_code=f"LS{number % 30} 4AP",
    )


def rows(events: int, seed: int = 7) -> Iterator[tuple[Any, ...]]:
    """Yield rows for the log's columns: interleaved streams, each event distinct and its order's totals right."""
    chance, made = random.Random(seed), _encoded(stories(seed=seed))
    streams = [_stream(made, chance, number) for number in range(OPEN)]
    for number in range(events):
        place = chance.randrange(OPEN)
        row = next(streams[place], None)
        if row is None:
            streams[place] = _stream(made, chance, number)
            row = next(streams[place])
        yield (*row, _metadata(number))


def _encoded(told: list[list[Any]]) -> list[list[Encoded]]:
    from orders_write import event_codec

    return [[Encoded(*event_codec.encode(event)) for event in story] for story in told]


def _stream(made: list[list[Encoded]], chance: random.Random, number: int) -> Iterator[tuple[Any, ...]]:
    stream_id, customer = str(uuid7()), f"customer-{number // 4 % 1_000_000:06}"
    for version, event in enumerate(chance.choice(made), start=1):
        data = event.data.replace(CUSTOMER, customer)
        yield stream_id, "order", version, event.event_type, event.schema_version, data


def _metadata(number: int) -> str:
    """Return what msgspec makes of the event store's `Metadata`; a test compares the two."""
    command, at = uuid7(), _START + timedelta(milliseconds=20 * number + 1)
    return (
        f'{{"command_id":"{command}","correlation_id":"{command}","causation_id":null,"actor":"{ACTOR}",'
        f'"occurred_at":"{at:%Y-%m-%dT%H:%M:%S.%f}Z"}}'
    )


def write(events: int, seed: int = 7) -> None:
    """Append that many events to the log of this run's write database, by COPY as its owner."""
    from tests.databases import owner_connection

    left = rows(events, seed)
    with owner_connection("default") as owner:
        while batch := list(islice(left, COPIED_AT_ONCE)):
            with owner.cursor().copy(f"copy events ({_COLUMNS}) from stdin") as copy:
                for row in batch:
                    copy.write_row(row)
    databases.settle("default")


def main(events: int) -> None:
    """Write the workload and print its rate and its sizes."""
    from tests.databases import owner_connection

    with databases.fresh():
        took = table.seconds(lambda: write(events))
        table.show(f"workload, {events:,} events", "events/s", {"written by COPY": [events / took]}, "written by COPY")
        with owner_connection("default") as owner:
            for event_type, count, size in owner.execute(
                "select event_type, count(*), avg(length(data::text))::int from events group by 1 order by 2 desc"
            ):
                print(f"  {event_type:<46} {count:>12,}           {size:>7,} B")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
