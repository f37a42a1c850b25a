"""Wake-ups on a real broker: they coalesce, and neither a broken broker nor a broken projection stops the others."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.utils import timezone

from config.celery import app
from orders_read.models import OrderView
from orders_write.event_store import head
from orders_write.signals import events_committed
from projections import catch_up as engine
from projections import posting, rebuild, tasks, wake_up
from projections.models import ProjectionLagSample
from projections.registry import PROJECTORS
from tests.e2e.service import eventually
from tests.projections.helpers import checkpoint, table

QUEUES = ("celery", "wake-ups")


@pytest.fixture
def queues(databases):
    """The broker with empty queues; commands do not ring meanwhile."""
    wake_up._publisher.wait()
    events_committed.disconnect(dispatch_uid="projections.wake_up")
    with app.connection_for_write() as connection:
        broker = connection.default_channel.client
        broker.delete(*QUEUES)
        wake_up.gathered()
        yield broker
        broker.delete(*QUEUES)
    wake_up.gathered()
    events_committed.connect(wake_up.ring, dispatch_uid="projections.wake_up")


@pytest.fixture
def rung(queues):
    """Return a function that says how many wake-ups wait."""
    return lambda: queues.llen("wake-ups")


@pytest.fixture
def sent(queues):
    """Return a function that says how many tasks wait that are no wake-ups."""
    return lambda: queues.llen("celery")


def test_many_rings_are_one_task_until_it_begins(queues, rung):
    publisher = wake_up._Publisher()
    assert [publisher.publish() for _ in range(3)] == [True, False, False]
    assert rung() == 1
    queues.delete("wake-ups")
    assert publisher.publish()
    assert rung() == 1


def test_a_process_that_has_just_begun_adds_nothing_to_what_waits(rung):
    assert [wake_up._Publisher().publish() for _ in range(3)] == [True, False, False]
    assert rung() == 1


def test_one_that_was_taken_does_not_wait(queues, rung):
    with app.connection_for_read() as connection, ThreadPoolExecutor() as threads:
        taken = threads.submit(connection.default_channel.client.brpop, "wake-ups", 30)
        eventually(lambda: queues.info("clients")["blocked_clients"], "somebody waits for a wake-up")
        assert wake_up._Publisher().publish()
        assert taken.result()
    assert rung() == 0


def test_of_many_processes_one_sends(rung):
    publishers = [wake_up._Publisher() for _ in range(8)]
    with ThreadPoolExecutor(len(publishers)) as threads:
        sent = list(threads.map(wake_up._Publisher.publish, publishers * 5))
    assert (sum(sent), rung()) == (1, 1)


def test_many_looks_send_one_task_for_what_is_not_urgent_until_it_begins(sent):
    tasks.look()
    tasks.look()
    assert sent() == 1
    tasks.look_at_others()
    tasks.look()
    assert sent() == 2


@pytest.mark.parametrize(("seconds", "asked"), [(60, 1), (0, 3)])
def test_the_cache_is_not_asked_while_the_task_cannot_have_begun(sent, monkeypatch, seconds, asked):
    questions, add = [], cache.add
    monkeypatch.setattr(wake_up, "GATHER_SECONDS", seconds)
    monkeypatch.setattr(cache, "add", lambda *key, **more: (questions.append(key), add(*key, **more))[1])
    for _ in range(3):
        tasks.look()
    assert (len(questions), sent()) == (asked, 1)


def test_without_a_cache_tasks_are_sent_all_the_same(sent, monkeypatch):
    monkeypatch.setattr(cache, "add", _fail)
    monkeypatch.setattr(cache, "delete", _fail)
    tasks.look()
    tasks.look_at_others()
    tasks.look()
    assert sent() == 2


def test_a_broker_that_fails_is_logged_and_what_it_took_waits(rung, monkeypatch, caplog):
    publisher = wake_up._Publisher()
    send = wake_up._Way.send

    def sent_but_not_answered(way):
        send(way)
        _fail()

    with monkeypatch.context() as down:
        down.setattr(wake_up._Way, "send", sent_but_not_answered)
        assert not publisher.publish()
    assert "the sweep will pick up" in caplog.text
    assert not publisher.publish()
    assert rung() == 1


def _fail(*arguments, **options):
    raise ConnectionError("down")


def test_a_look_posts_what_is_urgent_and_the_others_follow(sent, place):
    place()
    tasks.look()
    assert [len(table(projector)) for projector in PROJECTORS] == [1] + [0] * (len(PROJECTORS) - 1)
    tasks.look_at_others()
    assert [len(table(projector)) for projector in PROJECTORS] == [1] * len(PROJECTORS)


def test_a_projection_that_halts_does_not_stop_the_others(sent, shop, place):
    OrderView.objects.using("read").all().delete()
    checkpoint(PROJECTORS[0], position=10**9)
    place()
    tasks.look()
    tasks.look_at_others()
    assert checkpoint(PROJECTORS[0]).state == "halted"
    assert {checkpoint(projector).position for projector in PROJECTORS[1:]} == {head()}


def test_events_that_come_meanwhile_do_not_keep_a_worker_but_are_posted_soon(sent, place, monkeypatch):
    apply = posting.apply

    def while_one_more_is_placed(*work):
        place()
        apply(*work)

    place()
    with monkeypatch.context() as busy:
        busy.setattr(posting, "apply", while_one_more_is_placed)
        tasks.look_at_others()
    assert len(table(PROJECTORS[1])) == 1
    assert sent() == 1
    tasks.look_at_others()
    assert {checkpoint(projector).position for projector in PROJECTORS[1:]} == {head()}


def test_what_cannot_be_posted_now_goes_on_in_tasks_of_its_own(sent, place, monkeypatch):
    place()
    catch_up = engine.catch_up

    def unreachable_for_the_third(projector, partition, **bounds):
        if projector is PROJECTORS[2]:
            raise OperationalError("the connection was lost")
        return catch_up(projector, partition, **bounds)

    with monkeypatch.context() as broken:
        broken.setattr(engine, "catch_up", unreachable_for_the_third)
        tasks.look_at_others()
    assert [len(table(projector)) for projector in PROJECTORS] == [0, 1, 0, 0, 0, 0]
    assert sent() == 4


def test_a_sweep_asks_for_every_projection(sent):
    tasks.sweep()
    tasks.sweep()
    assert sent() == 2 * len(PROJECTORS)


def test_a_sweep_passes_over_what_was_looked_at_a_moment_ago(sent, shop):
    checkpoint(PROJECTORS[2], looked_at=timezone.now() - timedelta(seconds=2))
    tasks.sweep()
    assert sent() == 1


def test_a_rebuild_wakes_nobody_and_records_no_lag(sent, rung, shop):
    before = ProjectionLagSample.objects.count()
    for projector in PROJECTORS:
        rebuild.rebuild(projector)
    assert (sent(), rung()) == (0, 0)
    assert ProjectionLagSample.objects.count() == before
