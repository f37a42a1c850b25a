"""Laws 3 and 5 under fire: four workers share eight partitions while they are killed, and one is frozen in mid-batch.

A worker that is frozen keeps the lock of its checkpoint until PostgreSQL ends its session (`catch_up._BOUNDS`); then
another takes its partition over, and the frozen one, woken, must not write what it had in hand.
"""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import connections

from orders_read.models import Checkpoint
from orders_write import event_store
from orders_write.command_bus import Context, dispatch
from orders_write.domain.commands import AddOrderItem
from orders_write.domain.values import Item
from orders_write.models import Event
from projections import checkpoints
from projections.models import ParkedEvent
from projections.verify import verify
from tests.databases import owner_connection, urls
from tests.e2e.service import ROOT, eventually
from tests.projections.helpers import Shared, table

WORKERS, KILLS, ORDERS, COMMANDS_A_SECOND = 4, 8, 60, 40
SENT_BEFORE = 0.2
SEED = int(os.environ.get("SEED") or random.randrange(2**32))
STATE = "select pid, state from pg_stat_activity where datname = current_database() and application_name ~ %s"
WROTE_ROWS = """
    select 1 from pg_locks where pid = %s and relation = 'order_views'::regclass and mode = 'RowExclusiveLock'
"""


class Workers:
    """The worker processes, by number; `observer` is the owner's connection to the read database."""

    def __init__(self, observer, log):
        self.observer, self.log, self.processes = observer, log, {}

    def start(self, number):
        self.processes[number] = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.sharing_worker"], cwd=ROOT, stderr=self.log,
            env=os.environ | urls() | {"DAYBOOK_PROCESS": self.name(number)},
        )  # fmt: skip

    def kill(self, number):
        self.processes[number].kill()
        self.processes[number].wait(10)

    def name(self, number):
        return f"sharing-{number}"

    def session(self, number):
        """Return the backend's pid and state of a worker's session, None where it has none."""
        return self.observer.execute(STATE, [self.name(number)]).fetchone()

    def freeze_in_mid_batch(self, number):
        """Stop a worker that has written a batch's rows and not committed them; return its session."""
        return eventually(lambda: self._frozen_with_rows(number), f"worker {number} is in mid-batch", pause=0.003)

    def wake(self, number):
        self.processes[number].send_signal(signal.SIGCONT)

    def _frozen_with_rows(self, number):
        """Stop a worker; let it go on unless it is in mid-batch, also once PostgreSQL has read what it had sent."""
        self.processes[number].send_signal(signal.SIGSTOP)
        session = self._session_with_rows(number)
        if session:
            time.sleep(SENT_BEFORE)
        if session and session == self._session_with_rows(number):
            return session
        self.wake(number)
        return None

    def _session_with_rows(self, number):
        pid, state = self.session(number) or (None, None)
        if state == "idle in transaction" and self.observer.execute(WROTE_ROWS, [pid]).fetchone():
            return pid
        return None

    def exit_codes(self):
        """Return how the processes ended; None for each that runs."""
        return [process.poll() for process in self.processes.values()]


class Customers:
    """Place orders and extend them at a steady pace, each order many times, until told to stop."""

    def __init__(self, place, chance):
        self.place, self.chance, self.enough, self.lengths = place, chance, False, {}

    def run(self):
        began = time.monotonic()
        try:
            for number in itertools.count(1):
                if self.enough:
                    return
                self._command(number)
                time.sleep(max(0.0, began + number / COMMANDS_A_SECOND - time.monotonic()))
        finally:
            connections.close_all()

    def _command(self, number):
        if len(self.lengths) < ORDERS and self.chance.random() < 0.3:
            self.lengths[self.place()] = 1
        elif self.lengths:
            order_id = self.chance.choice(list(self.lengths))
            item = Item(f"p{number}", "Jam", 1, Decimal("2"))
            dispatch(AddOrderItem(order_id=order_id, item=item), Context("tests"))
            self.lengths[order_id] += 1


@pytest.fixture
def workers(databases, tmp_path):
    with owner_connection("read") as observer, (tmp_path / "workers.log").open("w+") as log:
        running = Workers(observer, log)
        try:
            for number in range(WORKERS):
                running.start(number)
            yield running
        except BaseException as error:
            error.add_note((tmp_path / "workers.log").read_text()[-3000:])
            raise
        finally:
            for number in running.processes:
                running.kill(number)


@pytest.fixture
def chance():
    return random.Random(SEED)


@contextmanager
def _repeatable():
    try:
        yield
    except BaseException as error:
        error.add_note(f"repeat with SEED={SEED}")
        raise


@contextmanager
def _busy(customers):
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(customers.run)
        try:
            yield
        finally:
            customers.enough = True
        running.result(10)


@pytest.mark.timeout(400)
def test_killed_and_frozen_workers_lose_nothing_and_post_nothing_twice(workers, place, chance):
    customers = Customers(place, chance)
    with _repeatable():
        with _busy(customers):
            eventually(lambda: all(map(workers.session, range(WORKERS))), "every worker has begun")
            frozen = chance.randrange(WORKERS)
            session = workers.freeze_in_mid_batch(frozen)
            _all_partitions_but_one_go_on(workers, frozen, session)
            _kill_some(workers, [number for number in range(WORKERS) if number != frozen], chance)
            _the_one_is_taken_over(workers, frozen)
            workers.wake(frozen)
            eventually(lambda: workers.session(frozen), "the woken worker posts again")
        eventually(lambda: not _behind(event_store.head()), "every partition is at the head")
        assert workers.exit_codes() == [None] * WORKERS
        _nothing_is_lost_or_twice(customers.lengths)


def _kill_some(workers, others, chance):
    """Kill workers, half of them in the middle of a batch, and start each again."""
    for _ in range(KILLS):
        number = chance.choice(others)
        if chance.random() < 0.5:
            workers.freeze_in_mid_batch(number)
        workers.kill(number)
        workers.start(number)
        time.sleep(chance.uniform(0, 0.8))


def _all_partitions_but_one_go_on(workers, frozen, session):
    """On a machine so busy that PostgreSQL has ended the frozen session meanwhile, its partition may go on as well."""
    head = event_store.head()
    eventually(lambda: len(_behind(head)) <= 1, "all partitions but the frozen worker's go on")
    assert workers.session(frozen) in ((session, "idle in transaction"), None)


def _the_one_is_taken_over(workers, frozen):
    head = event_store.head()
    eventually(lambda: not _behind(head), "another worker has taken the frozen one's partition over", 100)
    assert workers.session(frozen) is None


def _behind(position):
    """Return the partitions that are not yet at a position."""
    return [one.partition for one in checkpoints.live(Shared()) if one.position < position]


def _nothing_is_lost_or_twice(lengths):
    states = [(one.partition, one.state, one.error) for one in checkpoints.live(Shared())]
    assert states == [(partition, Checkpoint.State.ACTIVE, "") for partition in range(Shared.partitions)]
    assert not ParkedEvent.objects.exists()
    assert sum(lengths.values()) == Event.objects.count() > 300
    rows = table(Shared())
    assert {row["order_id"]: (row["version"], row["item_count"]) for row in rows} == {
        order_id: (length, length) for order_id, length in lengths.items()
    }
    assert verify(Shared()).shown == []
