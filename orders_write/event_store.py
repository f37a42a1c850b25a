"""4 · The event store: load a stream, and append to it (event_log.py reads the log)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import IntegrityError, OperationalError, connections, transaction
from django.db.models import QuerySet
from django.db.models.fields.json import KT
from psycopg.errors import DeadlockDetected

from orders_write import event_codec, log_insert, models
from orders_write.domain.events import Event
from orders_write.ids import event_id
from orders_write.prepared import rows_of
from orders_write.signals import events_committed

WRITE = "default"
STREAM_TYPE = "order"
STREAM_VERSION = "events_stream_version"

COLUMNS = ("position", "stream_id", "version", "event_type", "schema_version", "data", "metadata", "recorded_at")

_STREAMS = """
    select position, stream_id, version, event_type, schema_version, data, metadata, recorded_at
    from events where stream_id = any(%s) order by stream_id, version
"""


class Metadata(msgspec.Struct, frozen=True, gc=False):
    """Who caused an event, in answer to what, and when the thing happened (aware, UTC)."""

    command_id: UUID
    correlation_id: UUID
    causation_id: UUID | None
    actor: str
    occurred_at: datetime


class _Occurrence(msgspec.Struct, frozen=True, gc=False):
    """The part of metadata that every read model asks for."""

    occurred_at: datetime


_decode_metadata = msgspec.json.Decoder(Metadata).decode
_decode_occurrence = msgspec.json.Decoder(_Occurrence).decode


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    """An event on its way into the log, as version `version` of a stream."""

    stream_id: UUID
    version: int
    event: Event
    metadata: Metadata


class StoredEvent(msgspec.Struct, frozen=True, gc=False):
    """An event at its place in the log; `position` is unique and ascending, `recorded_at` informational.

    `event` is what this release makes of it; `event_type`, `schema_version`, `data` and `stored_metadata` are what the
    log holds, the last two as JSON. Metadata are decoded when they are asked for: most readers want the time alone.
    """

    position: int
    stream_id: UUID
    version: int
    event: Event
    recorded_at: datetime
    event_type: str
    schema_version: int
    data: str
    stored_metadata: str

    @property
    def metadata(self) -> Metadata:
        """Who caused the event, and in answer to what."""
        return _decode_metadata(self.stored_metadata)

    @property
    def occurred_at(self) -> datetime:
        """When the thing happened (aware, UTC)."""
        return _decode_occurrence(self.stored_metadata).occurred_at

    @property
    def event_id(self) -> UUID:
        """The id derived from the event's stream and version."""
        return event_id(self.stream_id, self.version)


class ConcurrencyConflict(Exception):
    """Somebody else appended to the stream first; nothing was stored."""

    code = "version-mismatch"

    def __init__(self, stream_id: UUID, expected_version: int, found_version: int | None = None) -> None:
        found = "a newer one" if found_version is None else f"version {found_version}"
        super().__init__(
            f"Order {stream_id} was expected at version {expected_version}, but is at {found}: "
            f"somebody else changed it first. Read it again and repeat the command."
        )
        self.stream_id = stream_id
        self.expected_version = expected_version
        self.found_version = found_version


def append(events: Sequence[NewEvent], claim: log_insert.Claim | None = None) -> list[int]:
    """Append events in one statement, in their order, and ring the doorbell once they are committed.

    Returns:
        The positions drawn, one for each event; none where a claim is not granted, and then nothing is stored.

    Raises:
        ConcurrencyConflict: one of the versions was taken, or another append was in the way; none of them is stored.
    """
    if not events:
        return []
    try:
        with transaction.mark_for_rollback_on_error(using=WRITE):  # one statement: without a transaction it is its own
            positions = log_insert.insert(connections[WRITE], STREAM_TYPE, [_row(event) for event in events], claim)
    except IntegrityError as error:
        if STREAM_VERSION not in str(error):
            raise
        raise ConcurrencyConflict(events[0].stream_id, events[0].version - 1) from error
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
        raise ConcurrencyConflict(events[0].stream_id, events[0].version - 1) from error
    if positions:
        transaction.on_commit(_ring, using=WRITE, robust=True)
    return positions


def _ring() -> None:
    events_committed.send_robust(sender=None)


def _row(new: NewEvent) -> log_insert.Row:
    metadata = msgspec.json.encode(new.metadata).decode()
    return new.stream_id, new.version, *event_codec.encode(new.event), metadata


def load_streams(stream_ids: Iterable[UUID]) -> list[StoredEvent]:
    """Return all events of some streams, each stream's in the order of its versions."""
    return [from_row(*row) for row in rows_of(connections[WRITE], _STREAMS, [list(stream_ids)])]


def load_stream(stream_id: UUID) -> list[StoredEvent]:
    """Return the events of one stream in the order of their versions; empty when there is no such stream."""
    return load_streams([stream_id])


def is_of_customer(stream_id: UUID, customer_id: str) -> bool:
    """Tell whether an order is a customer's; an index alone answers, in the same time for every order that is not."""
    first = _log().filter(stream_id=stream_id, version=1)
    return first.annotate(customer=KT("data__customer_id")).filter(customer=customer_id).exists()


def position_of(stream_id: UUID, version: int) -> int:
    """Return the position of an event that there is."""
    return _log().values_list("position", flat=True).get(stream_id=stream_id, version=version)


def existing(stream_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of some streams that there are."""
    return set(_log().filter(stream_id__in=stream_ids, version=1).values_list("stream_id", flat=True))


def command_ids(stream_ids: Sequence[UUID]) -> set[UUID]:
    """Return the ids of all commands that led to events of some streams."""
    found = _log().filter(stream_id__in=stream_ids).annotate(command=KT("metadata__command_id"))
    return {UUID(command) for command in found.values_list("command", flat=True).distinct()}


def head() -> int:
    """Return the position of the newest committed event, 0 for an empty log."""
    ((found,),) = rows_of(connections[WRITE], "select coalesce(max(position), 0) from events", [])
    return int(found)


def _log() -> QuerySet[models.Event]:
    return models.Event.objects.using(WRITE)


def from_row(
    position: int,
    stream_id: UUID,
    version: int,
    event_type: str,
    schema_version: int,
    data: str,
    metadata: str,
    recorded_at: datetime,
    decode: Callable[[str, int, str], Event] = event_codec.decode,
) -> StoredEvent:
    """Return an event from its row, whose columns are COLUMNS; raises what `decode` does."""
    event = decode(event_type, schema_version, data)
    return StoredEvent(position, stream_id, version, event, recorded_at, event_type, schema_version, data, metadata)
