"""Law 4: a wake-up is a hint, the log is the truth (killed processes and dead brokers: tests/e2e)."""

import pytest
from django.db import transaction

from orders_read.models import Checkpoint, OrderView
from orders_write.signals import events_committed
from projections import tasks
from projections.catch_up import Outcome, catch_up
from projections.registry import PROJECTORS
from tests.projections.helpers import checkpoint

ORDER_VIEWS = PROJECTORS[0]


@pytest.fixture
def rings():
    heard = []

    def hear(**signal):
        heard.append({name: value for name, value in signal.items() if name not in ("signal", "sender")})

    events_committed.connect(hear)
    yield heard
    events_committed.disconnect(hear)


def test_the_doorbell_rings_after_the_commit_and_carries_nothing(place, rings):
    with transaction.atomic():
        place()
        assert rings == []
    assert rings == [{}]


def test_the_doorbell_stays_silent_when_the_transaction_rolls_back(place, rings):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        place()
        1 / 0
    assert rings == []


def test_a_doorbell_that_fails_does_not_fail_the_command(place):
    def broken(**signal):
        raise RuntimeError("the receiver is broken")

    events_committed.connect(broken)
    try:
        order_id = place()
    finally:
        events_committed.disconnect(broken)
    assert catch_up(ORDER_VIEWS) is Outcome.AT_HEAD
    assert [row.order_id for row in OrderView.objects.using("read").all()] == [order_id]


def test_an_event_whose_wake_up_found_the_lock_taken_is_not_left_behind(place):
    arrived = []

    def order_arrives_while_the_lock_is_held(batch):
        if not arrived:
            arrived.append(place())

    assert catch_up(ORDER_VIEWS, on_batch=order_arrives_while_the_lock_is_held) is Outcome.AT_HEAD
    assert list(OrderView.objects.using("read").values_list("order_id", flat=True)) == arrived


def test_lost_repeated_and_late_wake_ups_change_nothing(place):
    order_ids = {place(), place()}
    for _ in range(3):
        tasks.catch_up("order_views")
        tasks.sweep()
    views = OrderView.objects.using("read")
    assert {(view.order_id, view.version) for view in views.all()} == {(order_id, 1) for order_id in order_ids}
    assert checkpoint(ORDER_VIEWS).state == Checkpoint.State.ACTIVE
