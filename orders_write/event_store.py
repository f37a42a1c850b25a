"""4 · The event store: load a stream, append to it, read the log after a position without skipping.

The log lock makes gap detection exact: whoever has drawn a position holds it, shared, until the end of its
transaction (trigger `events_log_lock`, migration 0002). A reader that sees a hole asks who held the lock at that
moment, waits for those transactions alone, and reads again; what is still missing was rolled back.
"""

import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import IntegrityError, connections, transaction
from django.db.models import Max, QuerySet

from orders_write import event_codec, models
from orders_write.domain.events import Event
from orders_write.ids import event_id
from orders_write.signals import events_committed

WRITE = "default"
LOG_LOCK_KEY = 4_919_201_127
STREAM_TYPE = "order"
STREAM_VERSION = "events_stream_version"

_HOLDERS = """
    select virtualtransaction from pg_locks
    where locktype = 'advisory' and granted and objsubid = 1
      and database = (select oid from pg_database where datname = current_database())
      and classid::bigint << 32 | objid::bigint = %s
"""
_COLUMNS = ("position", "stream_id", "version", "event_type", "schema_version", "data", "metadata", "recorded_at")


class Metadata(msgspec.Struct, frozen=True):
    """Who caused an event, in answer to what, and when the thing happened (aware, UTC)."""

    command_id: UUID
    correlation_id: UUID
    causation_id: UUID | None
    actor: str
    occurred_at: datetime


class NewEvent(msgspec.Struct, frozen=True):
    """An event on its way into the log, as version `version` of a stream."""

    stream_id: UUID
    version: int
    event: Event
    metadata: Metadata


class StoredEvent(msgspec.Struct, frozen=True):
    """An event at its place in the log; `position` is unique and ascending, `recorded_at` informational."""

    position: int
    stream_id: UUID
    version: int
    event: Event
    metadata: Metadata
    recorded_at: datetime

    @property
    def event_id(self) -> UUID:
        """The id derived from the event's stream and version."""
        return event_id(self.stream_id, self.version)


class Mark(msgspec.Struct, frozen=True):
    """What tells an event from every other, also from one that took its place after a restore."""

    position: int
    event_id: UUID
    recorded_at: datetime


class ConcurrencyConflict(Exception):
    """Somebody else appended to the stream first; nothing was stored."""

    def __init__(self, stream_id: UUID, expected_version: int, found_version: int | None = None) -> None:
        found = "a newer one" if found_version is None else f"version {found_version}"
        super().__init__(
            f"Order {stream_id} was expected at version {expected_version}, but is at {found}: "
            f"somebody else changed it first. Read it again and repeat the command."
        )
        self.stream_id = stream_id
        self.expected_version = expected_version
        self.found_version = found_version


class LogHeldOpen(Exception):
    """A transaction that has drawn a position does not end; readers must not go past it."""

    def __init__(self, after: int, seconds: float) -> None:
        super().__init__(
            f"An open transaction holds a gap in the log after position {after} and has not ended within {seconds} s; "
            f"reading goes on when it ends (pg_stat_activity names the session)."
        )


def transaction_of_a_command() -> AbstractContextManager[None]:
    """Open the transaction in which a command's streams are loaded and its events appended."""
    return transaction.atomic(using=WRITE)


def append(events: Sequence[NewEvent]) -> list[int]:
    """Append events in one INSERT, in their order, and ring the doorbell once they are committed.

    Returns:
        The positions drawn, one for each event.

    Raises:
        ConcurrencyConflict: one of the versions was taken; none of the events is stored.
    """
    if not events:
        return []
    try:
        with transaction.atomic(using=WRITE, savepoint=False):
            rows = models.Event.objects.using(WRITE).bulk_create([_row(event) for event in events])
    except IntegrityError as error:
        if STREAM_VERSION not in str(error):
            raise
        raise ConcurrencyConflict(events[0].stream_id, events[0].version - 1) from error
    transaction.on_commit(_ring, using=WRITE, robust=True)
    return [row.position for row in rows]


def _ring() -> None:
    events_committed.send_robust(sender=None)


def _row(new: NewEvent) -> models.Event:
    event_type, schema_version, data = event_codec.encode(new.event)
    return models.Event(
        stream_id=new.stream_id,
        stream_type=STREAM_TYPE,
        version=new.version,
        event_type=event_type,
        schema_version=schema_version,
        data=data,
        metadata=msgspec.json.encode(new.metadata).decode(),
    )


def load_streams(stream_ids: Iterable[UUID]) -> list[StoredEvent]:
    """Return all events of some streams, each stream's in the order of its versions."""
    return _stored(_log().filter(stream_id__in=list(stream_ids)).order_by("stream_id", "version"))


def load_stream(stream_id: UUID) -> list[StoredEvent]:
    """Return the events of one stream in the order of their versions; empty when there is no such stream."""
    return load_streams([stream_id])


def head() -> int:
    """Return the position of the newest committed event, 0 for an empty log."""
    return _log().aggregate(head=Max("position"))["head"] or 0


def mark_at(position: int) -> Mark | None:
    """Return what identifies the event at a position, None where there is none."""
    row = _log().filter(position=position).values_list("stream_id", "version", "recorded_at").first()
    return row and Mark(position, event_id(row[0], row[1]), row[2])


def backlog(after: int) -> tuple[int, datetime | None]:
    """Return how many events lie after a position, and when the oldest of them was recorded."""
    waiting = _log().filter(position__gt=after)
    oldest = waiting.order_by("position").values_list("recorded_at", flat=True).first()
    return waiting.count() if oldest else 0, oldest


def read_log(after: int, limit: int, *, wait_seconds: float = 5.0) -> list[StoredEvent]:
    """Return up to `limit` committed events after a position, in order; an empty list means the head is reached.

    Nothing that may still commit is skipped: see the module's first lines and DESIGN.md 5.2.

    Raises:
        LogHeldOpen: the next position belongs to a transaction that did not end within `wait_seconds`.
    """
    seen = _read(after, limit)
    safe = _before_first_hole(after, seen)
    if safe or not seen:
        return _decoded(seen[:safe])
    _wait_for_appenders(after, wait_seconds)
    return _decoded(_read(after, limit, upto=seen[-1][0]))


def _wait_for_appenders(after: int, wait_seconds: float) -> None:
    holders = _holders()
    deadline, pause = time.monotonic() + wait_seconds, 0.001
    while holders & _holders():
        if time.monotonic() > deadline:
            raise LogHeldOpen(after, wait_seconds)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)


def _holders() -> set[str]:
    with connections[WRITE].cursor() as cursor:
        cursor.execute(_HOLDERS, [LOG_LOCK_KEY])
        return {row[0] for row in cursor.fetchall()}


_Row = tuple[int, UUID, int, str, int, str, str, datetime]


def _read(after: int, limit: int, upto: int | None = None) -> list[_Row]:
    rows = _log().filter(position__gt=after).order_by("position")
    if upto is not None:
        rows = rows.filter(position__lte=upto)
    return list(rows.values_list(*_COLUMNS)[:limit])


def _before_first_hole(after: int, rows: Sequence[_Row]) -> int:
    if rows and rows[-1][0] == after + len(rows):
        return len(rows)
    return next((count for count, row in enumerate(rows) if row[0] != after + count + 1), len(rows))


def _log() -> QuerySet[models.Event]:
    return models.Event.objects.using(WRITE)


def _stored(rows: QuerySet[models.Event]) -> list[StoredEvent]:
    return _decoded(rows.values_list(*_COLUMNS))


_decode_metadata = msgspec.json.Decoder(Metadata).decode


def _decoded(rows: Iterable[_Row]) -> list[StoredEvent]:
    return [
        StoredEvent(
            position,
            stream_id,
            version,
            event_codec.decode(event_type, schema_version, data),
            _decode_metadata(metadata),
            recorded_at,
        )
        for position, stream_id, version, event_type, schema_version, data, metadata, recorded_at in rows
    ]
