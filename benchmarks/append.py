"""How fast single events are committed by the event store, against a raw prepared INSERT of the same rows.

`.venv/bin/python -m benchmarks.append [events]`. One transaction per event, 4 and then 8 processes; rounds alternate.
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter, sleep
from typing import Any
from uuid import UUID

from benchmarks import databases, table

ROUNDS, WRITERS, TARGET, WARM_UP = 5, (4, 8), 0.65, 20
ENGINE, RAW, ORM = "event_store.append", "psycopg, one prepared INSERT", "Django ORM, one create()"
_INSERT = """
    insert into events (stream_id, version, event_type, schema_version, data, metadata, stream_type)
    values (%s, %s, %s, %s, %s, %s, %s)
    returning position
"""
Append = Callable[[Any], object]


def main(events: int) -> None:
    """Measure and print."""
    with databases.fresh():
        for writers in WRITERS:
            figures = table.alternating(_contenders(writers, events // writers), ROUNDS)
            note = f"target: at least {TARGET} x of {RAW}"
            table.show(f"append, {writers} writers, 1 event per transaction", "events/s", figures, RAW, note=note)


def _contenders(writers: int, each: int) -> dict[str, Callable[[], float]]:
    made = {RAW: _raw, ENGINE: _engine, ORM: _orm}
    return {name: partial(_rate, appending, writers, each) for name, appending in made.items()}


def _rate(appending: Callable[[], Append], writers: int, each: int) -> float:
    """Return the events per second of all writers together, from the first one's start to the last one's end."""
    spans = databases.in_processes(_write, [(appending, each)] * writers)
    return writers * each / (max(end for _, end in spans) - min(start for start, _ in spans))


def _write(barrier: Any, appending: Callable[[], Append], each: int) -> tuple[float, float]:
    append, events = appending(), _events(each + WARM_UP)
    for event in events[:WARM_UP]:
        append(event)
    sleep(1)  # the first ring connects to the broker
    barrier.wait()
    started = perf_counter()
    for event in events[WARM_UP:]:
        append(event)
    return started, perf_counter()


def _events(count: int) -> list[Any]:
    """Return events of new orders, whole stories one after the other."""
    from benchmarks import workload
    from orders_write.event_store import NewEvent
    from orders_write.ids import new_id

    made: list[Any] = []
    told = workload.stories()
    while len(made) < count:
        for story in told:
            stream = new_id()
            made += [NewEvent(stream, version, event, _metadata()) for version, event in enumerate(story, start=1)]
    return made[:count]


def _metadata() -> Any:
    from orders_write.command_bus import Context, _metadata

    return _metadata(Context(actor="bench"))


def _engine() -> Append:
    from orders_write import event_store

    return lambda event: event_store.append([event])


def _raw() -> Append:
    """Return what inserts a row over a connection of its own; values are encoded as the event store encodes them."""
    import psycopg
    from django.db import connections

    parameters = connections["default"].get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    connection = psycopg.connect(**{name: parameters.get(name) for name in names}, autocommit=True)
    return lambda event: connection.execute(_INSERT, _row(event), prepare=True).fetchone()


def _orm() -> Append:
    from orders_write.models import Event

    names = ("stream_id", "version", "event_type", "schema_version", "data", "metadata", "stream_type")
    return lambda event: Event.objects.using("default").create(**dict(zip(names, _row(event), strict=True)))


def _row(event: Any) -> Sequence[UUID | str | int]:
    from orders_write import event_store

    return (*event_store._row(event), event_store.STREAM_TYPE)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8_000)
