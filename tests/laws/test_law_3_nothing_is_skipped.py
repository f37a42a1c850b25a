"""Law 3: a reader sees every committed event exactly once and in order, whatever the order of the commits.

The control is the field's usual reader, `position > cursor`: on the same log, at the same time, it must lose events,
or this test would prove nothing.
"""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from orders_write import event_log, log_lock
from orders_write.models import Event
from tests.databases import owner_connection
from tests.e2e.service import eventually

WRITERS, COMMITS = 16, 40
INSERT = """
    insert into events (stream_id, stream_type, version, event_type, schema_version, data, metadata)
    select %s, 'order', generate_series(1, %s), 'OrderCancelled', 1, %s, %s
"""
# PostgreSQL computes a row's columns in their order: this one has drawn its position, and waits for its data.
STALLED_INSERT = """
    insert into events (stream_id, stream_type, version, event_type, schema_version, data, metadata)
    values (%s, 'order', 1, 'OrderCancelled', 1, (select %s::jsonb from pg_advisory_xact_lock_shared(43)), %s)
"""
STALLED = "select 1 from pg_locks where locktype = 'advisory' and objid = 43 and not granted"
DATA = '{"customer_id": null, "currency": "GBP", "reason": "changed my mind", "total": "1.00"}'
METADATA = (
    '{"command_id": "00000000-0000-0000-0000-000000000001", "correlation_id": "00000000-0000-0000-0000-000000000002",'
    ' "causation_id": null, "actor": "tests", "occurred_at": "2026-01-01T00:00:00Z"}'
)


def _write(seed: int) -> None:
    """Append in transactions that stall before they end; one in twenty rolls back."""
    chance = random.Random(seed)
    with psycopg.connect(**_application()) as connection:
        for _ in range(COMMITS):
            connection.execute(INSERT, [uuid4(), chance.choice([1, 1, 2, 5]), DATA, METADATA])
            time.sleep(chance.choice([0, 0, 0.001, 0.005, 0.03]))
            connection.rollback() if chance.random() < 0.05 else connection.commit()


def _application():
    found = connections["default"].settings_dict
    parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {name: found[key] for name, key in parts.items() if found[key]}


class Follower(threading.Thread):
    """Follows the log with `read` until told that the writers are done and nothing is left."""

    def __init__(self, read):
        super().__init__()
        self.read, self.seen, self.writers_done, self.error = read, [], threading.Event(), None

    def run(self):
        try:
            self._follow()
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()

    def _follow(self):
        while True:
            last_round = self.writers_done.is_set()
            positions = self.read(self.seen[-1] if self.seen else 0)
            self.seen += positions
            if last_round and not positions:
                return


def exact(after: int) -> list[int]:
    """Read as Daybook does."""
    return [stored.position for stored in event_log.read_log(after, 50).events]


def naive(after: int) -> list[int]:
    """Read as is usual: everything visible after the cursor."""
    return list(Event.objects.filter(position__gt=after).order_by("position").values_list("position", flat=True)[:50])


def _follow_writers(*reads):
    followers = [Follower(read) for read in reads]
    writers = [threading.Thread(target=_write, args=(seed,)) for seed in range(WRITERS)]
    for thread in (*followers, *writers):
        thread.start()
    for writer in writers:
        writer.join(60)
    for follower in followers:
        follower.writers_done.set()
        follower.join(60)
    assert [follower.error for follower in followers] == [None] * len(followers)
    return [follower.seen for follower in followers]


def test_sixteen_writers_that_stall_and_roll_back_hide_nothing_from_a_reader(databases):
    seen, seen_by_control = _follow_writers(exact, naive)
    committed = list(Event.objects.order_by("position").values_list("position", flat=True))
    assert len(committed) > WRITERS * COMMITS
    assert seen == committed
    assert set(committed) - set(seen_by_control), "the control lost nothing: the writers did not overlap"


def test_a_hole_at_the_front_is_waited_for_and_then_read(databases):
    with psycopg.connect(**_application()) as slow, psycopg.connect(**_application()) as fast:
        slow.execute(INSERT, [uuid4(), 1, DATA, METADATA])
        fast.execute(INSERT, [uuid4(), 1, DATA, METADATA])
        fast.commit()
        with pytest.raises(log_lock.LogHeldOpen, match="gap in the log after position"):
            event_log.read_log(0, 10, wait_seconds=0.05)
        slow.commit()
    assert len(event_log.read_log(0, 10).events) == 2


def test_what_commits_while_a_reader_waits_is_read(databases, monkeypatch):
    with psycopg.connect(**_application()) as slow, psycopg.connect(**_application()) as fast:
        slow.execute(INSERT, [uuid4(), 1, DATA, METADATA])
        fast.execute(INSERT, [uuid4(), 1, DATA, METADATA])
        fast.commit()

        def commit_meanwhile(after, wait_seconds):
            slow.commit()
            log_lock.wait_for_appenders(after, wait_seconds)

        monkeypatch.setattr(event_log, "wait_for_appenders", commit_meanwhile)
        assert len(event_log.read_log(0, 10).events) == 2


def test_whoever_draws_a_position_has_the_log_lock_already(databases):
    with (
        ThreadPoolExecutor(1) as thread,
        psycopg.connect(**_application()) as slow,
        psycopg.connect(**_application()) as fast,
        psycopg.connect(**_application()) as gate,
    ):
        gate.execute("select pg_advisory_xact_lock(43)")
        stalled = thread.submit(slow.execute, STALLED_INSERT, [uuid4(), DATA, METADATA])
        eventually(lambda: gate.execute(STALLED).fetchone(), "an insert has drawn its position and stalls")
        fast.execute(INSERT, [uuid4(), 1, DATA, METADATA])
        fast.commit()
        with pytest.raises(log_lock.LogHeldOpen):
            event_log.read_log(0, 10, wait_seconds=0.05)
        gate.commit()
        stalled.result(10)
        slow.commit()
    assert len(event_log.read_log(0, 10).events) == 2


def test_a_rolled_back_position_is_passed_over(databases):
    with psycopg.connect(**_application()) as first, psycopg.connect(**_application()) as second:
        first.execute(INSERT, [uuid4(), 1, DATA, METADATA])
        second.execute(INSERT, [uuid4(), 1, DATA, METADATA])
        second.commit()
        first.rollback()
    assert len(event_log.read_log(0, 10).events) == 1


def test_an_unrelated_long_transaction_holds_nobody_up(databases, place):
    with owner_connection("default") as bystander:
        bystander.autocommit = False
        bystander.execute("create temporary table somebody_elses_work (id int)")
        place()
        assert len(event_log.read_log(0, 10, wait_seconds=0.05).events) == 1
        bystander.rollback()
