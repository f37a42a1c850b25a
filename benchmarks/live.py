"""How fast a backlog becomes rows of `order_views`: the engine's catch-up against a loop of one event at a time.

`.venv/bin/python -m benchmarks.live [events]`. The loop does what a first draft does: for each event, select the row,
change it, save it, autocommitted; it is measured on the first events of the same log.
"""

import sys
from itertools import islice
from typing import Any

from benchmarks import databases, table, workload

ROUNDS, NAIVE_EVENTS, TARGET = 3, 5_000, 30
ENGINE, NAIVE = "catch_up, its own batches", "one select and one save per event"


def main(events: int) -> None:
    """Measure and print."""
    with databases.fresh():
        workload.write(events)
        contenders = {NAIVE: lambda: _naive(min(events, NAIVE_EVENTS)), ENGINE: lambda: _engine(events)}
        figures = table.alternating(contenders, ROUNDS)
        note = f"target: at least {TARGET} x of {NAIVE}"
        table.show(f"live catch-up of order_views, {events:,} events", "events/s", figures, NAIVE, note=note)


def _engine(events: int) -> float:
    """Return the events per second of one worker from nothing to the head of the log."""
    from orders_read.models import OrderView
    from projections.catch_up import Outcome, catch_up

    projector = _forgotten()
    answers: list[Any] = []
    took = table.seconds(lambda: answers.append(catch_up(projector, seconds=3_600)))
    assert answers == [Outcome.AT_HEAD]
    assert OrderView.objects.using("read").count() > 0
    return events / took


def _naive(events: int) -> float:
    from projections.registry import named

    _forgotten()
    (projector,) = named(["order_views"])
    stored = _first(events)
    return events / table.seconds(lambda: [_post(projector, event) for event in stored])


def _post(projector: Any, event: Any) -> None:
    """Read the row, change it, write it, each as Django does it by itself."""
    from orders_read.models import OrderView
    from projections import rows

    names = rows.columns(OrderView)
    found = OrderView.objects.using("read").filter(pk=event.stream_id).values(*names).first()
    changed = projector.fold({(event.stream_id,): found} if found else {}, [event])
    for row in changed.values():
        OrderView(**row).save(using="read", force_insert=found is None, force_update=found is not None)


def _first(events: int) -> list[Any]:
    from orders_write import event_log

    return list(islice(event_log.read_log(0, events).events, events))


def _forgotten() -> Any:
    """Return the projector of a read model that has no rows and no checkpoint yet."""
    from projections.registry import named
    from tests.databases import owner_connection

    with owner_connection("read") as owner:
        owner.execute("truncate order_views")
        owner.execute("delete from checkpoints")
    databases.settle("read")
    return named(["order_views"])[0]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
