"""Wake-ups on a real broker: they coalesce, and neither a broken broker nor a broken projection stops the others."""

import pytest
from django.core.cache import cache
from django.db import OperationalError

from config.celery import app
from orders_read.models import OrderView
from orders_write.event_store import head
from orders_write.signals import events_committed
from projections import catch_up as engine
from projections import tasks, wake_up
from projections.registry import PROJECTORS
from tests.projections.helpers import checkpoint, table


@pytest.fixture
def sent(databases):
    """Return a function that says how many tasks wait in the tests' queue; commands do not ring meanwhile."""
    wake_up._publisher.wait()
    events_committed.disconnect(dispatch_uid="projections.wake_up")
    with app.connection_for_write() as connection:
        broker, queue = connection.default_channel.client, app.conf.task_default_queue
        broker.delete(queue)
        wake_up.heard()
        yield lambda: broker.llen(queue)
        broker.delete(queue)
    wake_up.heard()
    events_committed.connect(wake_up.ring, dispatch_uid="projections.wake_up")


def test_many_rings_are_one_task_until_it_begins(sent):
    assert [wake_up.publish() for _ in range(3)] == [True, False, False]
    assert sent() == 1
    tasks.look()
    assert wake_up.publish()
    assert sent() == 2


def test_without_a_cache_every_ring_sends_a_task(sent, monkeypatch):
    monkeypatch.setattr(cache, "add", _fail)
    monkeypatch.setattr(cache, "delete", _fail)
    assert [wake_up.publish() for _ in range(3)] == [True] * 3
    assert sent() == 3
    tasks.look()


def test_a_broker_that_is_down_is_logged(sent, monkeypatch, caplog):
    monkeypatch.setattr(tasks.look, "delay", _fail)
    assert not wake_up.publish()
    assert "the sweep will pick it up" in caplog.text


def _fail(*arguments):
    raise ConnectionError("down")


def test_a_look_posts_into_every_projection(sent, place):
    place()
    tasks.look()
    assert [len(table(projector)) for projector in PROJECTORS] == [1] * len(PROJECTORS)


def test_a_projection_that_halts_does_not_stop_the_others(sent, shop, place):
    OrderView.objects.using("read").all().delete()
    checkpoint(PROJECTORS[0], position=10**9)
    place()
    tasks.look()
    assert checkpoint(PROJECTORS[0]).state == "halted"
    assert {checkpoint(projector).position for projector in PROJECTORS[1:]} == {head()}
    assert sent() == 0


def test_what_cannot_be_posted_now_goes_on_in_tasks_of_its_own(sent, place, monkeypatch):
    place()
    catch_up = engine.catch_up

    def unreachable_for_the_third(projector, partition, **bounds):
        if projector is PROJECTORS[2]:
            raise OperationalError("the connection was lost")
        return catch_up(projector, partition, **bounds)

    with monkeypatch.context() as broken:
        broken.setattr(engine, "catch_up", unreachable_for_the_third)
        tasks.look()
    assert [len(table(projector)) for projector in PROJECTORS] == [1, 1, 0, 0, 0]
    assert sent() == 3


def test_a_sweep_asks_for_every_projection(sent):
    tasks.sweep()
    tasks.sweep()
    assert sent() == 2 * len(PROJECTORS)
