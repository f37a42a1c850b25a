"""A test kit for projections: `given(projector, story(event, …), …)` appends events to the log and returns the rows.

The events go through the real engine in each way in which they can reach a read model, and every way must give the
same rows. It needs both databases, empty. `folded(projector, story(event, …), …)` folds in memory, without a database.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count, zip_longest
from typing import Any
from uuid import UUID

import msgspec
from django.contrib.postgres.search import SearchVectorField

from orders_write import event_codec, event_store
from orders_write.domain.events import Event
from orders_write.event_store import Metadata, NewEvent, StoredEvent
from orders_write.ids import new_id
from projections import checkpoints, rebuild
from projections.catch_up import Outcome, catch_up
from projections.projector import Projector, Row
from projections.rows import READ

WHEN = datetime(2026, 5, 4, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Story:
    """The events of one stream, when each occurred, and who caused them."""

    stream_id: UUID
    events: Sequence[Event]
    at: Sequence[datetime]
    actor: str


def story(
    *events: Event, at: datetime | Sequence[datetime] = WHEN, stream_id: UUID | None = None, actor: str = "tests"
) -> Story:
    """Return one stream's story; `at` is one time for all of its events, or one for each."""
    times = [at] * len(events) if isinstance(at, datetime) else at
    return Story(stream_id or new_id(), events, times, actor)


def given(projector: Projector, *stories: Story) -> list[Row]:
    """Append the stories, their events interleaved, and return the read model's rows, by their keys.

    Raises:
        AssertionError: two ways of posting the same events gave different rows.
    """
    for event in _interleaved(stories):
        event_store.append([event])
        _catch_up(projector)
        _catch_up(projector)
    expected = rows_of(projector)
    for way, post in _WAYS.items():
        post(projector)
        assert rows_of(projector) == expected, f"{projector.name}: {way} gives other rows than every wake-up twice"
    return expected


def folded(projector: Projector, *stories: Story) -> list[Row]:
    """Return the rows that a projector makes of the stories in memory, by their keys."""
    rows = projector.fold({}, map(_stored, count(1), _interleaved(stories)))
    return [row for _, row in sorted(rows.items())]


def _stored(position: int, new: NewEvent) -> StoredEvent:
    metadata = msgspec.json.encode(new.metadata).decode()
    return event_store.from_row(position, new.stream_id, new.version, *event_codec.encode(new.event), metadata, WHEN)


def rows_of(projector: Projector) -> list[Row]:
    """Return all rows of a read model by their keys, without its search vectors."""
    fields = projector.model._meta.concrete_fields
    names = [field.attname for field in fields if not _is_search_vector(field)]
    return list(projector.model._default_manager.using(READ).order_by("pk").values(*names))


def _is_search_vector(field: Any) -> bool:
    return isinstance(getattr(field, "output_field", field), SearchVectorField)


def _interleaved(stories: Sequence[Story]) -> Iterator[NewEvent]:
    rounds = zip_longest(*map(new_events, stories))
    return (event for event in chain.from_iterable(rounds) if event is not None)


def new_events(told: Story) -> Iterator[NewEvent]:
    """Yield a story's events as they go into the log."""
    for version, (event, at) in enumerate(zip(told.events, told.at, strict=True), start=1):
        yield NewEvent(told.stream_id, version, event, Metadata(new_id(), new_id(), None, told.actor, at))


def _catch_up(projector: Projector, batch_size: int | None = None) -> None:
    for partition in range(projector.partitions):
        outcome = catch_up(projector, partition, batch_size=batch_size)
        assert outcome is Outcome.AT_HEAD, f"{projector.name}: {outcome}"


def _afresh(projector: Projector, batch_size: int) -> None:
    checkpoints.of(projector).delete()
    _catch_up(projector, batch_size)


def _in_partitions(projector: Projector) -> None:
    shared: Any = type(f"Shared{type(projector).__name__}", (type(projector),), {"partitions": 3})
    _afresh(shared(), batch_size=2)


_WAYS: dict[str, Callable[[Projector], object]] = {
    "one batch": lambda projector: _afresh(projector, 8_000),
    "batches of two": lambda projector: _afresh(projector, 2),
    "each event alone": lambda projector: _afresh(projector, 1),
    "three partitions": _in_partitions,
    "a rebuild": rebuild.rebuild,
}
