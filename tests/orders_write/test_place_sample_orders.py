"""Sample orders are orders like any other."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import groupby
from typing import get_args

import msgspec
import pytest
from django.core.management import CommandError, call_command

from orders_read.models import OrderView
from orders_write import samples
from orders_write.domain.values import FulfillmentStatus, OrderStatus, PaymentStatus
from orders_write.event_store import load_stream
from orders_write.models import Event
from tests.agreement import disagreements

STATES = {"order_status": OrderStatus, "payment_status": PaymentStatus, "fulfillment_status": FulfillmentStatus}


def test_sample_orders_reach_the_read_model_in_every_state(project):
    printed = StringIO()
    call_command("place_sample_orders", "30", "--seed", "3", stdout=printed)
    project()
    views = OrderView.objects.using("read")
    assert views.count() == 30
    for name, states in STATES.items():
        assert set(views.values_list(name, flat=True)) == set(get_args(states))
    assert printed.getvalue().startswith("placed 30 sample orders, such as ")
    assert disagreements() == {}


def test_the_same_seed_gives_the_same_orders(databases):
    first, second = ([_without_id(order_id) for order_id in samples.place(5, seed=3)] for _ in range(2))
    assert first == second


def test_they_can_be_spread_over_days(databases):
    begun = datetime.now(UTC) - timedelta(days=10)
    call_command("place_sample_orders", "20", "--days", "10", stdout=StringIO())
    told = [[msgspec.json.decode(one.metadata)["occurred_at"] for one in events] for events in _streams()]
    times = [[datetime.fromisoformat(at) for at in stream] for stream in told]
    placed = [stream[0] for stream in times]
    assert placed == sorted(placed)
    assert placed[0] < begun + timedelta(days=1)
    assert placed[-1] > begun + timedelta(days=9)
    assert all(stream == sorted(stream) for stream in times)
    assert max(map(max, times)) <= datetime.now(UTC)


def _streams():
    streams = groupby(Event.objects.order_by("position"), key=lambda event: event.stream_id)
    return [list(events) for _, events in streams]


def _without_id(order_id):
    return [msgspec.to_builtins(stored.event) for stored in load_stream(order_id)]


def test_a_number_that_is_none_is_refused(databases):
    with pytest.raises(CommandError, match="1 or more"):
        call_command("place_sample_orders", "0")
    with pytest.raises(CommandError, match="from 0 to 3650"):
        call_command("place_sample_orders", "1", "--days", "-1")
