"""How many events a second are appended, one a transaction, by 4 and 8 processes, against psycopg's prepared INSERT.

`.venv/bin/python -m benchmarks.append [events for each process]`. All write the same events into the same table, with
its triggers and indexes; rounds alternate.
"""

import sys
from collections.abc import Callable
from time import perf_counter, sleep
from typing import Any

from benchmarks import databases, table

ROUNDS, WRITERS, WARM_UP = 5, (4, 8), 20
RAW, ORM, STORE = "raw psycopg, one prepared INSERT", "Django's ORM, create()", "the event store"
_INSERT = """
    insert into events (stream_id, stream_type, version, event_type, schema_version, data, metadata)
    values (%s, %s, %s, %s, %s, %s, %s) returning position
"""


def _new_events(number: int) -> list[Any]:
    """Return events as the event store takes them: each first version of a stream of its own."""
    from benchmarks.workload import stories
    from orders_write.event_store import Metadata, NewEvent
    from orders_write.ids import new_id
    from projections.testing import WHEN

    events = [event for story in stories(100) for event in story]
    metadata = Metadata(new_id(), new_id(), None, "benchmark", WHEN)
    return [NewEvent(new_id(), 1, events[one % len(events)], metadata) for one in range(number)]


def _through_the_store(barrier: Any, number: int) -> float:
    from orders_write import event_store

    events = _new_events(number)
    return _timed(barrier, lambda event: event_store.append([event]), events)


def _through_the_orm(barrier: Any, number: int) -> float:
    from orders_write import event_store, models

    def create(new: Any) -> None:
        stream_id, version, event_type, schema_version, data, metadata = event_store._row(new)
        models.Event.objects.using("default").create(
            stream_id=stream_id, stream_type="order", version=version, event_type=event_type,
            schema_version=schema_version, data=data, metadata=metadata,
        )  # fmt: skip

    return _timed(barrier, create, _new_events(number))


def _raw(barrier: Any, number: int) -> float:
    import psycopg
    from django.db import connections

    from orders_write import event_store

    found = connections["default"].settings_dict
    rows = [(row[0], "order", *row[1:]) for row in map(event_store._row, _new_events(number))]
    with psycopg.connect(
        host=found["HOST"], port=found["PORT"] or None, user=found["USER"], dbname=found["NAME"], autocommit=True
    ) as connection:
        return _timed(barrier, lambda row: connection.execute(_INSERT, row, prepare=True).fetchone(), rows)


def _timed(barrier: Any, append: Callable[[Any], object], events: list[Any]) -> float:
    for event in events[:WARM_UP]:
        append(event)
    sleep(1)  # the first wake-up imports what it needs and connects to the broker
    barrier.wait()
    began = perf_counter()
    for event in events[WARM_UP:]:
        append(event)
    return perf_counter() - began


def _rate(work: Callable[..., Any], writers: int, number: int) -> Callable[[], float]:
    def measure() -> float:
        databases.settle("default")
        return writers * number / max(databases.in_processes(work, [(number + WARM_UP,)] * writers))

    return measure


def main(number: int) -> None:
    """Measure and print."""
    contenders = {RAW: _raw, ORM: _through_the_orm, STORE: _through_the_store}
    with databases.fresh():
        for writers in WRITERS:
            measured = {name: _rate(work, writers, number) for name, work in contenders.items()}
            rounds = table.alternating(measured, ROUNDS)
            title = f"append, 1 event per transaction, {writers} processes, {number:,} events each"
            table.show(title, "events/s", rounds, RAW, note="wanted of the event store: at least 0.65 x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
