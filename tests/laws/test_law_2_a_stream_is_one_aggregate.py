"""Law 2: versions in a stream run 1, 2, 3 … without holes, and the database decides who wins a race."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections

from orders_write import event_store
from orders_write.command_bus import Context, dispatch
from orders_write.domain.commands import AddOrderItem
from orders_write.domain.values import Item
from orders_write.event_store import ConcurrencyConflict

RACERS, EACH = 6, 5


def _add(order_id, product, expected_version=None):
    command = AddOrderItem(order_id=order_id, item=Item(product, product, 1, Decimal("1.00")))
    return dispatch(command, Context("racer"), expected_version=expected_version)


def _race(order_id, racer):
    try:
        return [_add(order_id, f"p{racer}-{number}").version for number in range(EACH)]
    finally:
        connections.close_all()


def test_racing_writers_all_get_their_own_version_and_nothing_is_lost(place):
    order_id = place()
    with ThreadPoolExecutor(RACERS) as pool:
        versions = [version for won in pool.map(lambda racer: _race(order_id, racer), range(RACERS)) for version in won]
    assert sorted(versions) == list(range(2, 2 + RACERS * EACH))
    stream = event_store.load_stream(order_id)
    assert [stored.version for stored in stream] == list(range(1, 2 + RACERS * EACH))
    assert [stored.event.line.line for stored in stream[1:]] == list(range(2, 2 + RACERS * EACH))


def test_with_an_expected_version_the_loser_is_told(place):
    order_id = place()
    _add(order_id, "scones", expected_version=1)
    with pytest.raises(ConcurrencyConflict) as conflict:
        _add(order_id, "jam", expected_version=1)
    assert (conflict.value.expected_version, conflict.value.found_version) == (1, 2)
    assert [stored.version for stored in event_store.load_stream(order_id)] == [1, 2]


def test_the_constraint_refuses_a_version_that_is_taken(place):
    order_id = place()
    first = event_store.load_stream(order_id)[0]
    with pytest.raises(ConcurrencyConflict):
        event_store.append([event_store.NewEvent(order_id, 1, first.event, first.metadata)])
    assert event_store.load_stream(order_id) == [first]
