"""How long after its commit an event is visible in `order_views`: Celery against LISTEN/NOTIFY followers.

`.venv/bin/python -m benchmarks.visible [seconds]`, the length of a round. A process of its own sends commands through
the command bus at a steady rate, whether or not the one before is visible (open loop), and notes when each has
committed. This process is told of the checkpoint's position, which commits with its rows, by a trigger of the read
database: to ask for it time and again would take a fifth of this machine.
The poster and a worker with two processes share the work as in production. Of the followers, which do the same, one
posts what is urgent at every notification, and one the other projections as often as the worker does.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import databases, table

RATES, ROUNDS, WARM_UP_SECONDS = (50, 200), 5, 2
TARGETS = {50: 2.0, 99: 1.5}
CELERY, LISTEN = "Celery, Valkey broker", "LISTEN/NOTIFY followers"
_TELL_POSITION = """
    create or replace function tell_position() returns trigger language plpgsql as
        $$ begin perform pg_notify('visible', new.position::text); return null; end $$;
    create or replace trigger tell_position after update of position on checkpoints
        for each row when (new.projection = 'order_views') execute function tell_position();
    listen visible
"""
_NOTIFY = """
    create or replace function tell() returns trigger language plpgsql as
        $$ begin notify committed; return null; end $$;
    create trigger tell after insert on events for each statement execute function tell()
"""
Measured = dict[str, list[list[float]]]


def main(seconds: float) -> None:
    """Measure and print."""
    with databases.fresh(), tempfile.TemporaryDirectory() as folder:
        from tests.e2e.service import Service

        service = Service(Path(folder))
        try:
            service.broker.start()
            service.leave_wake_ups_to_the_poster()
            for rate in RATES:
                _show(rate, _rounds(service, rate, seconds))
        finally:
            service.stop()


def _rounds(service: Any, rate: int, seconds: float) -> Measured:
    measured: Measured = {LISTEN: [], CELERY: []}
    for _ in range(ROUNDS):
        for name, follower in ((LISTEN, _listening), (CELERY, _celery)):
            with follower(service):
                measured[name].append(_round(service, rate, seconds, rings=name == CELERY))
    return measured


def _show(rate: int, measured: Measured) -> None:
    for percent, target in TARGETS.items():
        figures = {name: [table.percentile(one, percent) for one in found] for name, found in measured.items()}
        note = f"target: at most {target} x of {LISTEN}"
        table.show(f"commit to visible, {rate} commands/s, p{percent}", "ms", figures, LISTEN, note=note)


def _round(service: Any, rate: int, seconds: float, *, rings: bool) -> list[float]:
    """Return the milliseconds from commit to visible of each command of a round, but for those that warm it up."""
    settings = json.dumps([rate, seconds + WARM_UP_SECONDS, rings])
    with _observed() as seen:
        command = [sys.executable, "-m", "benchmarks.visible", "send", settings]
        sent = subprocess.run(command, env=service.environment, stdout=subprocess.PIPE, check=True).stdout
        committed = json.loads(sent)
        _wait_for(seen, committed[-1][0])
    positions, times = [position for position, _ in seen], [at for _, at in seen]
    return [
        max(0.0, times[bisect_left(positions, position)] - at) * 1_000
        for position, at in committed[rate * WARM_UP_SECONDS :]
    ]


def _wait_for(seen: list[tuple[int, float]], position: int) -> None:
    deadline = time.monotonic() + 30
    while not seen or seen[-1][0] < position:
        assert time.monotonic() < deadline, f"position {position} is not visible"
        time.sleep(0.05)


@contextmanager
def _observed() -> Iterator[list[tuple[int, float]]]:
    """Give a list to which each position of the checkpoint is added with the time at which it was first seen."""
    seen: list[tuple[int, float]] = []
    done = threading.Event()
    observer = threading.Thread(target=_observe, args=(seen, done))
    observer.start()
    try:
        yield seen
    finally:
        done.set()
        observer.join()


def _observe(seen: list[tuple[int, float]], done: threading.Event) -> None:
    from tests.databases import owner_connection

    with owner_connection("read") as connection:
        connection.execute(_TELL_POSITION)
        while not done.is_set():
            for told in connection.notifies(timeout=0.5, stop_after=1):
                seen.append((int(told.payload), time.monotonic()))


@contextmanager
def _celery(service: Any) -> Iterator[None]:
    """Run a poster, a worker and beat, as in production, until they have posted everything."""
    service.start("poster", "worker", "beat")
    try:
        time.sleep(6)  # both are up, and the first sweep has been answered
        yield
    finally:
        service.kill("beat", "worker", "poster")


@contextmanager
def _listening(service: Any) -> Iterator[None]:
    """Run the followers, told by a trigger of the log at every commit."""
    from tests.databases import owner_connection

    with owner_connection("default") as owner:
        owner.execute(_NOTIFY)
        command = [sys.executable, "-m", "benchmarks.visible"]
        followers = [
            subprocess.Popen([*command, what], env=service.environment) for what in ("follow", "follow-others")
        ]
        try:
            time.sleep(3)
            yield
        finally:
            for follower in followers:
                follower.kill()
                follower.wait()
            owner.execute("drop trigger tell on events")


def send(settings: str) -> None:
    """Send commands at a steady rate, and print the position and the time of the commit of each."""
    databases.start()
    from orders_write.command_bus import Context, dispatch
    from orders_write.signals import events_committed

    rate, seconds, rings = json.loads(settings)
    if not rings:
        events_committed.disconnect(dispatch_uid="projections.wake_up")
    context = Context(actor="bench")
    sent = _paced(lambda command: dispatch(command, context).position, _commands(int(rate * seconds)), rate)
    print(json.dumps(sent))


def _paced(work: Callable[[Any], int], commands: list[Any], rate: int) -> list[tuple[int, float]]:
    started, done = time.monotonic() + 0.1, []
    for number, command in enumerate(commands):
        time.sleep(max(0.0, started + number / rate - time.monotonic()))
        done.append((work(command), time.monotonic()))
    return done


def _commands(count: int) -> list[Any]:
    import random

    from benchmarks import workload

    chance, made = random.Random(), []
    while len(made) < count:
        made += workload.commands(chance)
    return made[:count]


def follow() -> None:
    """Post into the urgent projection whenever the log says that something was committed."""
    databases.start()
    import psycopg
    from django.db import connections

    parameters = connections["default"].get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{name: parameters.get(name) for name in names}, autocommit=True) as connection:
        connection.execute("listen committed")
        while True:
            _catch_up(urgent=True)
            for _ in connection.notifies(stop_after=1):
                pass


def follow_others() -> None:
    """Post into the other projections every now and then."""
    databases.start()
    from projections.wake_up import GATHER_SECONDS

    while True:
        _catch_up(urgent=False)
        time.sleep(GATHER_SECONDS)


def _catch_up(*, urgent: bool) -> None:
    from projections import together, wake_up
    from projections.catch_up import catch_up
    from projections.registry import named

    parts = wake_up.parts(urgent=urgent)
    done = {} if urgent else together.post(parts)
    for name, partition in parts:
        if (name, partition) not in done:
            catch_up(named([name])[0], partition, leave_newcomers=not urgent)


if __name__ == "__main__":
    if sys.argv[1:2] == ["send"]:
        send(sys.argv[2])
    elif sys.argv[1:2] == ["follow"]:
        follow()
    elif sys.argv[1:2] == ["follow-others"]:
        follow_others()
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 15)
