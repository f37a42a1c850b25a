"""Sample orders are orders like any other."""

from io import StringIO

import msgspec
import pytest
from django.core.management import CommandError, call_command

from orders_read.models import OrderView
from orders_write import samples
from orders_write.event_store import load_stream


def test_sample_orders_reach_the_read_model(project):
    printed = StringIO()
    call_command("place_sample_orders", "30", "--seed", "7", stdout=printed)
    project()
    views = OrderView.objects.using("read")
    assert views.count() == 30
    assert views.filter(status="cancelled").exists()
    assert views.filter(version__gt=1, status="placed").exists()
    assert printed.getvalue().startswith("placed 30 sample orders, such as ")


def test_the_same_seed_gives_the_same_orders(databases):
    first, second = ([_without_id(order_id) for order_id in samples.place(5, seed=3)] for _ in range(2))
    assert first == second


def _without_id(order_id):
    return [msgspec.to_builtins(stored.event) for stored in load_stream(order_id)]


def test_a_number_that_is_none_is_refused(databases):
    with pytest.raises(CommandError, match="1 or more"):
        call_command("place_sample_orders", "0")
