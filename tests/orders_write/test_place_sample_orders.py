"""Sample orders are orders like any other."""

from io import StringIO
from typing import get_args

import msgspec
import pytest
from django.core.management import CommandError, call_command

from orders_read.models import OrderView
from orders_write import samples
from orders_write.domain.values import FulfillmentStatus, OrderStatus, PaymentStatus
from orders_write.event_store import load_stream
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


def _without_id(order_id):
    return [msgspec.to_builtins(stored.event) for stored in load_stream(order_id)]


def test_a_number_that_is_none_is_refused(databases):
    with pytest.raises(CommandError, match="1 or more"):
        call_command("place_sample_orders", "0")
