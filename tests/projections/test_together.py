"""What gathers is posted into several projections at once: all of it or nothing, and whoever cannot goes alone."""

import pytest
from django.db import OperationalError, connections

from orders_write import event_log
from orders_write.event_store import head
from projections import catch_up, checkpoints, pausing, posting, tasks, together, wake_up
from projections.catch_up import Outcome
from projections.models import ParkedEvent
from projections.registry import PROJECTORS
from tests.projections.helpers import Shared, add_jam, checkpoint, poison, table

OTHERS = [projector for projector in PROJECTORS if not projector.urgent]
PARTS = [(projector.name, 0) for projector in OTHERS]


@pytest.fixture
def jam(shop):
    """A shop of which everything is posted but one more item on its first order."""
    add_jam(shop[0])
    return shop[0]


@pytest.fixture
def alone(monkeypatch):
    """The names of the projections that are posted alone, in order."""
    names = []
    post = catch_up.catch_up

    def noted(projector, *arguments, **options):
        names.append(projector.name)
        return post(projector, *arguments, **options)

    monkeypatch.setattr(catch_up, "catch_up", noted)
    return names


def _positions():
    return {projector.name: checkpoint(projector).position for projector in OTHERS}


def _all_at(position):
    return {projector.name: position for projector in OTHERS}


def test_all_are_posted_from_one_reading_of_the_log(jam, alone, monkeypatch):
    read = []
    for name in ("read_log", "mark_at"):
        original = getattr(event_log, name)
        monkeypatch.setattr(event_log, name, lambda *a, original=original, **k: (read.append(1), original(*a, **k))[1])
    before = [table(projector) for projector in OTHERS]
    assert together.post(PARTS) == dict.fromkeys(PARTS, Outcome.AT_HEAD)
    assert len(read) == 2
    assert _positions() == _all_at(head())
    changed = [projector.name for projector, rows in zip(OTHERS, before, strict=True) if rows != table(projector)]
    assert changed == ["order_timeline", "customer_summaries", "daily_sales", "product_sales", "order_deadlines"]
    tasks.look_at_others()
    assert alone == []


def test_what_fails_in_one_is_posted_into_none_and_then_into_each_that_can(jam, alone):
    before = _positions()
    poison(jam, version=4)
    assert together.post(PARTS) == {}
    assert _positions() == before
    tasks.look_at_others()
    assert alone == [projector.name for projector in OTHERS]
    assert _positions() == _all_at(head())
    assert set(ParkedEvent.objects.values_list("version", flat=True)) == {4}


def test_streams_that_are_held_wait_there_too(jam):
    poison(jam, version=4)
    tasks.look_at_others()
    poison(jam, version=5)
    assert together.post(PARTS) == dict.fromkeys(PARTS, Outcome.AT_HEAD)
    parked = ParkedEvent.objects.filter(projection=OTHERS[1].name).order_by("position")
    assert [one.version for one in parked] == [4, 5]


def test_one_that_somebody_has_is_paused_halted_or_new_is_left_to_go_alone(jam):
    pausing.pause(OTHERS[0], by="ada", reason="an import runs")
    checkpoint(OTHERS[1], state="halted")
    checkpoints.of(OTHERS[2]).delete()
    worker = connections["read"].copy()
    with worker.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute("select from checkpoints where projection = %s for update", [OTHERS[3].name])
        assert together.post(PARTS) == {PARTS[4]: Outcome.AT_HEAD}
        cursor.execute("commit")
    worker.close()


def test_all_may_have_to_go_alone(databases):
    assert together.post(PARTS) == {}
    assert together.post([]) == {}


def test_several_partitions_of_one_projection_are_left_out(jam, monkeypatch):
    monkeypatch.setattr(together, "named", lambda names: [Shared() for _ in names])
    checkpoints.of(Shared()).delete()
    checkpoints.ensure(Shared())
    parts = [("order_views", partition) for partition in range(8)]
    assert together.post(parts) == {}
    assert together.post(parts[:1]) == {}


def test_a_long_backlog_is_left_to_each(shop, monkeypatch):
    monkeypatch.setattr(together, "MOST", 2)
    for _ in range(3):
        add_jam(shop[0])
    assert together.post(PARTS) == dict.fromkeys(PARTS, Outcome.OUT_OF_TIME)
    assert together.post(PARTS) == dict.fromkeys(PARTS, Outcome.AT_HEAD)


def test_those_that_are_out_of_time_go_on_alone(shop, alone, monkeypatch):
    monkeypatch.setattr(together, "MOST", 2)
    for _ in range(5):
        add_jam(shop[0])
    tasks.look_at_others()
    assert alone == [projector.name for projector in OTHERS]
    assert _positions() == _all_at(head())


def test_newcomers_are_left_to_the_next_task(jam, alone, monkeypatch):
    gathers, first = [], head()
    at_once = posting.at_once

    def while_one_more_comes(*work):
        if head() == first:
            add_jam(jam)
        at_once(*work)

    monkeypatch.setattr(wake_up, "gathers", lambda: gathers.append(1))
    monkeypatch.setattr(posting, "at_once", while_one_more_comes)
    tasks.look_at_others()
    assert (gathers, alone) == ([1], [])
    assert _positions() == _all_at(first)


def test_where_infrastructure_fails_each_goes_on_in_a_task_of_its_own(jam, alone, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.catch_up, "delay", lambda *part: sent.append(part))

    def lost(*work):
        raise OperationalError("the connection was lost")

    monkeypatch.setattr(posting, "at_once", lost)
    tasks.look_at_others()
    assert (sent, alone) == (PARTS, [])
