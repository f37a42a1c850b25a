"""Policies: orders that were left lying expire or are closed, once each, however often and on whatever rows."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid5

import msgspec
import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from config.celery import app
from orders_read.models import OrderDeadline
from orders_write import event_store
from orders_write.command_bus import Context, dispatch, dispatch_many
from orders_write.domain.events import OrderClosed, OrderExpired, PaymentVoided
from orders_write.event_store import Metadata
from orders_write.ids import event_id, new_id
from projections import policies, rebuild, tasks
from projections.policies import Acted
from projections.projectors.order_deadlines import OrderDeadlines
from projections.verify import verify
from tests.builders import ADA, TEA_LINE, authorize, cancel, capture, confirm, create, deliver, fulfill, note
from tests.laws.dead_database import dead
from tests.lives import DELIVERED
from tests.projections.helpers import add_jam, poison, table

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EXPIRED = OrderExpired(
    order_status="expired",
    fulfillment_status="unfulfilled",
    lines=(TEA_LINE,),
    total=Decimal("7.00"),
    worth=Decimal("7.00"),
    **ADA,
)
CLOSED = OrderClosed(order_status="closed", total=Decimal("7.00"), **ADA)
ACTORS = {OrderExpired: "policy:expire", OrderClosed: "policy:close"}


@pytest.fixture(autouse=True)
def patience(settings):
    settings.EXPIRE_AFTER_HOURS, settings.CLOSE_AFTER_DAYS = 72, 30


@pytest.fixture
def ask(project):
    """A function that lets commands be done, to an order of their own, and posts what they led to; its id."""

    def run(*commands, context=None):
        order_id = new_id()
        asked = [msgspec.structs.replace(command, order_id=order_id) for command in commands]
        for answer in dispatch_many([(command, context or Context("tests")) for command in asked]):
            assert not isinstance(answer, Exception), answer
        project()
        return order_id

    return run


def _in(wait):
    """What the policies have done, when they look after that time."""
    return policies.act(timezone.now() + wait)


def _acted(expire=0, close=0, **others):
    return [Acted("expire", expire, **others), Acted("close", close)]


def _after(order_id, version):
    """The events of an order after a version."""
    return [stored.event for stored in event_store.load_stream(order_id)[version:]]


def _ends(order_ids):
    """How often each of some orders has come to an end."""
    return [sum(type(event) in ACTORS for event in _after(order_id, 0)) for order_id in order_ids]


def test_what_nobody_confirms_expires_and_what_was_authorised_is_voided(ask, project):
    order_id = ask(create(), authorize())
    assert _in(71 * HOUR) == _acted()
    assert _in(73 * HOUR) == _acted(expire=1)
    voided = PaymentVoided(amount=Decimal(7), reference=None, authorised=Decimal(0), payment_status="voided")
    assert _after(order_id, 2) == [voided, EXPIRED]
    project()
    assert [row["awaits"] for row in table(OrderDeadlines())] == [""]
    assert _in(1000 * DAY) == _acted()


def test_what_arrived_and_is_paid_is_closed(ask, project):
    order_id = ask(*DELIVERED)
    assert _in(29 * DAY) == _acted()
    assert _in(31 * DAY) == _acted(close=1)
    assert _after(order_id, 6) == [CLOSED]
    project()
    assert _in(1000 * DAY) == _acted()


def test_what_is_not_paid_for_is_not_closed(ask):
    ask(create(), authorize(), confirm(), capture("3"), fulfill(), deliver())
    assert _in(1000 * DAY) == _acted()


def test_the_events_say_who_did_it_in_answer_to_what(ask):
    correlation_id = new_id()
    order_id = ask(create(), authorize(), note(), context=Context("ada", correlation_id=correlation_id))
    _in(73 * HOUR)
    cause = event_id(order_id, 2)
    told = [stored.metadata for stored in event_store.load_stream(order_id)[3:]]
    assert (
        told
        == [Metadata(uuid5(cause, "policy:expire"), correlation_id, cause, "policy:expire", told[0].occurred_at)] * 2
    )
    assert datetime.now(UTC) - told[0].occurred_at < timedelta(minutes=1)


def test_orders_of_long_ago_that_were_recorded_just_now_have_their_time(ask):
    ask(create(), context=Context("import", occurred_at=datetime(2010, 12, 1, tzinfo=UTC)))
    ask(*DELIVERED, context=Context("import", occurred_at=datetime(2010, 12, 1, tzinfo=UTC)))
    assert _in(71 * HOUR) == _acted()
    assert _in(31 * DAY) == _acted(expire=1, close=1)


@pytest.mark.parametrize("off", [0, -1])
def test_a_policy_that_is_off_does_nothing(ask, settings, off):
    ask(create())
    ask(*DELIVERED)
    settings.EXPIRE_AFTER_HOURS = off
    assert _in(1000 * DAY) == [Acted("close", 1)]
    settings.CLOSE_AFTER_DAYS = off
    assert _in(1000 * DAY) == []


def test_to_act_again_before_the_event_is_posted_does_nothing_more(ask):
    order_ids = [ask(create()), ask(*DELIVERED)]
    assert _in(31 * DAY) == _acted(expire=1, close=1)
    assert _in(31 * DAY) == [Acted("expire", left=1), Acted("close", left=1)]
    assert _ends(order_ids) == [1, 1]


def test_workers_that_act_at_the_same_time_do_it_once(ask):
    order_ids = [ask(*commands) for commands in [(create(),), DELIVERED] * 10]
    barrier, found = threading.Barrier(3), []

    def work():
        try:
            barrier.wait(10)
            found.extend(_in(31 * DAY))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as workers:
        for worker in [workers.submit(work) for _ in range(3)]:
            worker.result(60)
    assert _ends(order_ids) == [1] * 20
    assert [sum(one.done for one in found if one.policy == end) for end in ("expire", "close")] == [10, 10]
    assert sum(one.left for one in found) == 40


def test_a_worker_that_dies_half_way_is_gone_on_from(ask, project, monkeypatch):
    order_ids = [ask(create()) for _ in range(4)]
    done = []

    def until_the_connection_is_lost(*asked, **expected):
        if len(done) == 2:
            raise OperationalError("the connection was lost")
        done.append(dispatch(*asked, **expected))

    with monkeypatch.context() as broken, pytest.raises(OperationalError):
        broken.setattr(policies, "dispatch", until_the_connection_is_lost)
        _in(73 * HOUR)
    assert _in(73 * HOUR) == [Acted("expire", done=2, left=2), Acted("close")]
    project()
    assert _in(73 * HOUR) == _acted()
    assert _ends(order_ids) == [1] * 4


def test_an_order_that_moved_on_is_left_to_its_newer_row(ask, project):
    order_id = ask(create())
    add_jam(order_id)
    assert _in(73 * HOUR) == [Acted("expire", left=1), Acted("close")]
    assert _ends([order_id]) == [0]
    project()
    assert _in(73 * HOUR) == _acted(expire=1)


@pytest.mark.parametrize("command", [confirm(), cancel()])
def test_what_was_decided_meanwhile_is_no_error(ask, caplog, command):
    order_id = ask(create())
    dispatch(msgspec.structs.replace(command, order_id=order_id), Context("tests"))
    assert _in(73 * HOUR) == [Acted("expire", left=1), Acted("close")]
    assert {record.levelname for record in caplog.records} == {"INFO"}
    assert len(event_store.load_stream(order_id)) == 2


def test_rows_that_are_wrong_do_no_harm(ask):
    order_id = ask(create(), confirm())
    OrderDeadline.objects.using("read").update(
        awaits="expire", since=timezone.now(), event_id=new_id(), correlation_id=new_id()
    )
    assert _in(73 * HOUR) == [Acted("expire", left=1), Acted("close")]
    assert _ends([order_id]) == [0]


def test_an_order_that_cannot_be_read_does_not_stop_the_others(ask, caplog):
    broken, order_id = ask(create()), ask(create())
    poison(broken, version=2)
    assert _in(73 * HOUR) == _acted(expire=1, failed=1)
    assert _ends([order_id]) == [1]
    assert "policy failed" in caplog.text
    assert str(broken) in caplog.text


def test_many_are_taken_in_batches_the_longest_waiting_first(ask, monkeypatch):
    order_ids = sorted(ask(create()) for _ in range(5))
    rows = OrderDeadline.objects.using("read")
    rows.update(since=rows.get(pk=order_ids[0]).since)
    rows.filter(pk=order_ids[4]).update(since=timezone.now() - HOUR)
    monkeypatch.setattr(policies, "BATCH", 2)
    assert [row.order_id for row in policies._due("expire", timezone.now())] == [order_ids[4], *order_ids[:4]]
    assert policies.act(timezone.now() + 73 * HOUR, seconds=0) == _acted()
    assert _in(73 * HOUR) == _acted(expire=5)


def test_what_is_due_is_found_by_its_index(databases):
    waiting = OrderDeadline.objects.using("read").filter(awaits="expire", since__lte=timezone.now())
    with connections["read"].cursor() as cursor:
        cursor.execute("set enable_seqscan = off; set enable_bitmapscan = off")
        try:
            assert "Index Scan using order_deadlines_due" in waiting.order_by("since", "order_id").explain()
        finally:
            cursor.execute("reset enable_seqscan; reset enable_bitmapscan")


def test_neither_a_rebuild_nor_a_comparison_asks_for_anything(ask, settings):
    ask(create())
    ask(*DELIVERED)
    settings.EXPIRE_AFTER_HOURS = settings.CLOSE_AFTER_DAYS = 1e-9
    head = event_store.head()
    rebuild.rebuild(OrderDeadlines())
    assert verify(OrderDeadlines()).shown == []
    assert event_store.head() == head


def test_the_task_does_it_and_beat_sends_it(ask, project, settings):
    order_ids = [ask(create()), ask(*DELIVERED), ask(create(), confirm())]
    tasks.act_on_deadlines()
    assert _ends(order_ids) == [0, 0, 0]
    settings.EXPIRE_AFTER_HOURS = settings.CLOSE_AFTER_DAYS = 1e-9
    for _ in range(2):
        tasks.act_on_deadlines()
        project()
    assert _ends(order_ids) == [1, 1, 0]
    app.loader.import_default_modules()
    sent = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "projections.act_on_deadlines" in sent <= set(app.tasks)


@pytest.mark.parametrize("alias", ["default", "read"])
def test_with_a_database_down_it_is_put_off(ask, settings, caplog, alias):
    order_id = ask(create())
    settings.EXPIRE_AFTER_HOURS = 1e-9
    with dead(alias):
        tasks.act_on_deadlines()
    assert "policies put off" in caplog.text
    tasks.act_on_deadlines()
    assert _ends([order_id]) == [1]
