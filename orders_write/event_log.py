"""Reads the log: after a position without skipping, or whole streams side by side.

The log lock makes gap detection exact: whoever has drawn a position holds it, shared, until the end of its
transaction (trigger `events_log_lock`, migration 0002). A reader that sees a hole asks who held the lock at that
moment, waits for those transactions alone, and reads again; what is still missing was rolled back.
"""

import random
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import starmap
from typing import Any, LiteralString, cast
from uuid import UUID

import msgspec
from django.db import connections
from django.db.models import QuerySet

from gate.kept import stream_of
from orders_write import event_codec, models
from orders_write.domain.events import Event
from orders_write.event_codec import UnknownEventType
from orders_write.event_store import COLUMNS, WRITE, StoredEvent, from_row, head
from orders_write.ids import event_id
from orders_write.log_lock import wait_for_appenders
from orders_write.prepared import rows_of

FIRST_STREAM, LAST_STREAM = UUID(int=0), UUID(int=2**128 - 1)
MAX_POSITION = 2**63 - 1
COUNTED_UPTO = 10_000
_SHARE_BITS = 28
_SAMPLED, _SAMPLED_OF_EACH = 2_000, 40

_MARK = "select stream_id, version, recorded_at from events where position = %s"
_POSITIONS = "select position from events where position > %s and position <= %s order by position limit %s"
_SAMPLE = "select stream_id from events tablesample system (%s::real) where position <= %s order by stream_id"
_TEXTS = {"data": "data::text", "metadata": "metadata::text"}
_EVENTS = f"select {', '.join(_TEXTS.get(name, name) for name in COLUMNS)} from events where"  # noqa: S608
_STREAMS = f"{_EVENTS} stream_id > %s and stream_id <= %s and position <= %s order by stream_id, version"
_AFTER = f"{_EVENTS} position > %s and position <= %s order by position"
_SHARE_AFTER = f"""
    {_EVENTS} position > %s and position <= %s
    and ('x' || right(stream_id::text, {_SHARE_BITS // 4}))::bit({_SHARE_BITS})::int %% %s = %s order by position
"""


class Share(msgspec.Struct, frozen=True):
    """One of `of` equal shares of all streams; a stream always falls into the same one."""

    number: int = 0
    of: int = 1

    def holds(self, stream_id: UUID) -> bool:
        """Tell whether a stream belongs to this share."""
        return partition_of(stream_id, self.of) == self.number


def partition_of(stream_id: UUID, partitions: int) -> int:
    """Return the share, of so many, into which a stream falls: always the same one."""
    return int(stream_id.int % 2**_SHARE_BITS % partitions)


WHOLE = Share()


class Mark(msgspec.Struct, frozen=True):
    """What tells an event from every other, also from one that took its place after a restore."""

    position: int
    event_id: UUID
    recorded_at: datetime


class Unreadable(msgspec.Struct, frozen=True):
    """Stands where an event's JSON is not that of its type: who needs the event fails, who does not goes on."""

    error: str


class LogSlice(msgspec.Struct, frozen=True):
    """A share's events after a position, and the last event of the log that this slice has gone past."""

    events: list[StoredEvent]
    upto: Mark | None


def settled_head(*, wait_seconds: float = 30.0) -> int:
    """Return a position up to which nothing can change any more: every event that will ever be there, is.

    Raises:
        LogHeldOpen: a transaction that may have drawn an earlier position did not end within `wait_seconds`.
    """
    found = head()
    wait_for_appenders(found, wait_seconds)
    return found


def mark_at(position: int) -> Mark | None:
    """Return what identifies the event at a position, None where there is none."""
    for stream_id, version, recorded_at in _rows(_MARK, [position]):
        return Mark(position, event_id(stream_id, version), recorded_at)
    return None


def backlog(after: int) -> tuple[int, datetime | None]:
    """Return how many events lie after a position, and when the oldest of them was recorded.

    They are counted up to COUNTED_UPTO; where there are more, positions are, also those that were rolled back.
    """
    waiting = _log().filter(position__gt=after).order_by("position")
    oldest = waiting.values_list("recorded_at", flat=True).first()
    counted = waiting[: COUNTED_UPTO + 1].count() if oldest else 0
    return (head() - after if counted > COUNTED_UPTO else counted), oldest


def count(upto: int) -> int:
    """Return how many events lie at or before a position."""
    return _log().filter(position__lte=upto).count()


def read_log(
    after: int, limit: int, *, share: Share = WHOLE, upto: int | None = None, wait_seconds: float = 5.0
) -> LogSlice:
    """Look at up to `limit` committed events after a position (`upto` another) and return those of a share, in order.

    Nothing that may still commit is skipped: see the module's first lines and DESIGN.md 5.2. A slice without `upto`
    means that the head is reached.

    Raises:
        LogHeldOpen: the next position belongs to a transaction that did not end within `wait_seconds`.
        UnknownEventType: a newer release wrote one of the events.
    """
    safe = _safe_position(after, limit, upto, wait_seconds)
    if safe == after:
        return LogSlice([], None)
    events = _read(after, safe, share)
    last = events[-1] if events and events[-1].position == safe else None
    return LogSlice(events, Mark(safe, last.event_id, last.recorded_at) if last else mark_at(safe))


def read_positions(positions: Iterable[int]) -> list[StoredEvent]:
    """Return the events at these positions, in order."""
    rows = _log().filter(position__in=list(positions)).order_by("position")
    return [_from_row(*row) for row in rows.values_list(*COLUMNS)]


def read_some_streams(stream_ids: Iterable[UUID], upto: int) -> list[StoredEvent]:
    """Return the events of some streams up to a position, stream by stream, each in order."""
    rows = _log().filter(stream_id__in=list(stream_ids), position__lte=upto).order_by("stream_id", "version")
    return [_from_row(*row) for row in rows.values_list(*COLUMNS)]


def some_streams(upto: int, number: int) -> list[UUID]:
    """Return the ids of `number` streams, chosen at random among those with events up to a position."""
    percent = 100 * 20 * number / max(upto, 1)
    found = set(_sampled(upto, percent))
    while len(found) < number and percent < 100:
        percent *= 10  # positions had gaps, or the events of a stream lie together
        found = set(_sampled(upto, percent))
    return random.sample(list(found), min(number, len(found)))


def stream_bounds(upto: int, events: int) -> list[UUID]:
    """Return stream ids that cut the log up to a position into pieces of about `events` events each.

    They come from a sample of the table's pages, so a long log costs no more than a short one.
    """
    percent = min(100.0, max(100 * _SAMPLED_OF_EACH / events, 100 * _SAMPLED / max(upto, 1)))
    sample = _sampled(upto, percent)
    step = max(1, int(events * percent / 100))
    return [*dict.fromkeys(sample[step:-1:step]), LAST_STREAM]


def _sampled(upto: int, percent: float) -> list[UUID]:
    return [stream_id for (stream_id,) in _rows(_SAMPLE, [min(100.0, percent), upto])]


def read_streams(after: UUID, until: UUID, upto: int) -> Generator[StoredEvent, None, None]:
    """Yield the events, up to a settled position, of the streams after one id and up to another, stream by stream.

    The order is by stream and version. Whoever may not take all of them closes the generator (see kept.stream_of).
    """
    with closing(stream_of(connections[WRITE], _STREAMS, [after, until, upto])) as rows:
        yield from starmap(_from_row, rows)


def _decoded(event_type: str, schema_version: int, data: str) -> Event:
    try:
        return event_codec.decode(event_type, schema_version, data)
    except UnknownEventType:
        raise
    except Exception as error:
        return cast(Event, Unreadable(f"{type(error).__name__}: {error}"))


_from_row = partial(from_row, decode=_decoded)


def _safe_position(after: int, limit: int, upto: int | None, wait_seconds: float) -> int:
    seen = _positions(after, limit, upto)
    safe = _before_first_hole(after, seen)
    if safe > after or not seen:
        return safe
    wait_for_appenders(after, wait_seconds)
    return seen[-1]


def _positions(after: int, limit: int, upto: int | None) -> Sequence[int]:
    return [position for (position,) in _rows(_POSITIONS, [after, upto or MAX_POSITION, limit])]


def _before_first_hole(after: int, positions: Sequence[int]) -> int:
    if positions and positions[-1] == after + len(positions):
        return positions[-1]
    return after + next((n for n, found in enumerate(positions) if found != after + n + 1), len(positions))


def _read(after: int, upto: int, share: Share) -> list[StoredEvent]:
    asked = (_AFTER, [after, upto]) if share.of == 1 else (_SHARE_AFTER, [after, upto, share.of, share.number])
    with closing(stream_of(connections[WRITE], *asked)) as rows:
        return list(starmap(_from_row, rows))


def _rows(query: LiteralString, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement that is asked so often that to make it, to parse it and to plan it each time would count."""
    return rows_of(connections[WRITE], query, parameters)


def _log() -> QuerySet[models.Event]:
    return models.Event.objects.using(WRITE)
