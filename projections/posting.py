"""Applies a slice of the log to rows; an event that cannot be applied is parked, and its stream waits (law 6).

A slice is applied whole. Where that fails for a reason that lies in an event, it is halved under savepoints until the
event is found; the rest of its stream is parked behind it, and every other stream goes on.
"""

import gc
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
import structlog
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError, transaction
from django.utils import timezone

from orders_read.models import Checkpoint
from orders_write.event_codec import UnknownEventType
from orders_write.event_log import Unreadable
from orders_write.event_store import StoredEvent
from orders_write.log_lock import LogHeldOpen
from projections import rows
from projections.models import ParkedEvent, SkippedEvent
from projections.projector import BrokenStream, Projector, Skipped
from projections.rows import READ, WrongType

INFRASTRUCTURE = (OperationalError, InterfaceError, LogHeldOpen, SoftTimeLimitExceeded, MemoryError)
SYSTEMIC = (*INFRASTRUCTURE, ProgrammingError, InternalError, BrokenStream, UnknownEventType, WrongType)
PARKED_LIMIT = 10_000
log = structlog.get_logger(__name__)


class CannotApply(Exception):
    """One event cannot be applied; everything before it can."""

    def __init__(self, projection: str, stored: StoredEvent, error: Exception) -> None:
        self.stored = stored
        super().__init__(
            f"{projection} cannot apply {stored.event_type} at position {stored.position} (version {stored.version} of "
            f"stream {stored.stream_id}): {type(error).__name__}: {error}"
        )


class TooManyParked(Exception):
    """So many events fail that the fault is not theirs."""

    def __init__(self, projection: str, parked: int) -> None:
        super().__init__(
            f"{projection} has parked {parked} events: the fault is probably in the projector, not in the events. "
            f"Fix it, then run `manage.py retry_parked --projection {projection}`."
        )


@dataclass(frozen=True)
class Skips:
    """Skipped events by position, and streams of which the first is: without it, they can have no row at all."""

    positions: frozenset[int] = frozenset()
    streams: frozenset[UUID] = frozenset()


@dataclass
class Posting:
    """What applying a slice needs to know: the streams that are held, the events that are skipped, and the rule."""

    projector: Projector
    generation: int
    parks: bool = True
    held: set[UUID] = field(default_factory=set)
    skips: Skips | None = None
    parked: int = 0


def posting(projector: Projector, checkpoint: Checkpoint, events: Sequence[StoredEvent]) -> Posting:
    """Return what is known about a slice's streams; `checkpoint` is locked (see checkpoints.locked)."""
    found = Posting(projector, checkpoint.generation)
    if checkpoint.has_parked:  # type: ignore[attr-defined]
        found.held = held(projector, checkpoint.generation, {event.stream_id for event in events})
    if checkpoint.has_skipped:  # type: ignore[attr-defined]
        found.skips = skips(projector)
    return found


def held(projector: Projector, generation: int, streams: Iterable[UUID]) -> set[UUID]:
    """Return which of the streams have parked events."""
    parked = ParkedEvent.objects.filter(projection=projector.name, generation=generation, stream_id__in=list(streams))
    return set(parked.values_list("stream_id", flat=True))


def skips(projector: Projector) -> Skips | None:
    """Return what somebody decided that a projection shall do without; None where that is nothing."""
    decided = SkippedEvent.objects.filter(projection=projector.name).values_list("position", "stream_id", "version")
    found = list(decided)
    streams = {stream_id for _, stream_id, version in found if version == 1 and projector.loads_rows}
    return Skips(frozenset(position for position, _, _ in found), frozenset(streams)) if found else None


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause Python's collector of cycles, which walks the rows of a batch time and again and never finds one."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def apply(projector: Projector, events: Iterable[StoredEvent]) -> None:
    """Fold events into the rows they touch, and write the rows that changed."""
    events = list(readable(events))
    touched = rows.load(projector, {key for event in events for key in projector.keys(event)})
    loaded = frozenset(touched)
    rows.write(projector, projector.fold(touched, events), loaded)


def fold_streams(work: Posting, events: Iterable[StoredEvent]) -> None:
    """Fold events, which come stream by stream, into rows of which none is there yet."""
    folded = work.projector.fold({}, readable(marked(work, events)))
    write = rows.write if work.projector.shares_rows else rows.copy_in
    write(work.projector, folded)


def readable(events: Iterable[StoredEvent]) -> Iterator[StoredEvent]:
    """Pass events on.

    Raises:
        ValueError: one of them could not be decoded.
    """
    for stored in events:
        if isinstance(stored.event, Unreadable):
            raise ValueError(f"its JSON is not that of {stored.event_type}: {stored.event.error}")
        yield stored


def at_once(work: Posting, events: Sequence[StoredEvent]) -> None:
    """Apply the events whose streams are free, all together, and park those that wait behind a parked one."""
    if free := _free(work, events):
        apply(work.projector, marked(work, free))


def post(work: Posting, events: Sequence[StoredEvent]) -> None:
    """Do the same, but find the events that fail, park each, and park what comes behind it.

    Raises:
        CannotApply: an event fails, and `work.parks` is off.
        OperationalError, ProgrammingError, BrokenStream …: the fault is not an event's (`SYSTEMIC`).
    """
    free = _free(work, events)
    try:
        with transaction.atomic(using=READ):
            apply(work.projector, marked(work, free))
    except SYSTEMIC:
        raise
    except Exception as error:
        _narrow(work, free, error)


def _free(work: Posting, events: Sequence[StoredEvent]) -> Sequence[StoredEvent]:
    if not work.held:
        return events
    park_behind(work, [event for event in events if event.stream_id in work.held])
    return [event for event in events if event.stream_id not in work.held]


def marked(work: Posting, events: Iterable[StoredEvent]) -> Iterable[StoredEvent]:
    """Return events without those that somebody decided to skip; a row with a version learns of them (`Skipped`)."""
    skips = work.skips
    return events if skips is None else (kept for event in events for kept in _kept(work, skips, event))


def _kept(work: Posting, skips: Skips, event: StoredEvent) -> list[StoredEvent]:
    if event.stream_id in skips.streams:
        return []
    if event.position not in skips.positions:
        return [event]
    return [msgspec.structs.replace(event, event=Skipped())] if work.projector.loads_rows else []


def park_behind(work: Posting, events: Sequence[StoredEvent]) -> None:
    """Park events that wait for an earlier one of their stream."""
    ParkedEvent.objects.bulk_create([_parked(work, event) for event in events])
    work.parked += len(events)


def failed(error: Exception) -> dict[str, object]:
    """Return what a parked event's row says about why and when applying it failed."""
    lines = traceback.format_exception(error)
    return {"error": f"{type(error).__name__}: {error}", "traceback": "".join(lines), "tried_at": timezone.now()}


def _narrow(work: Posting, events: Sequence[StoredEvent], error: Exception) -> None:
    if len(events) > 1:
        half = len(events) // 2
        post(work, events[:half])
        post(work, events[half:])
    elif work.parks:
        _park(work, events[0], error)
    else:
        raise CannotApply(work.projector.name, events[0], error) from error


def _park(work: Posting, stored: StoredEvent, error: Exception) -> None:
    parked = _parked(work, stored, attempts=1, **failed(error))
    log.error("event parked", projection=work.projector.name, position=stored.position, error=parked.error)
    parked.save(force_insert=True)
    work.held.add(stored.stream_id)
    work.parked += 1
    _check_limit(work)


def _check_limit(work: Posting) -> None:
    broken = ParkedEvent.objects.filter(projection=work.projector.name, generation=work.generation).exclude(error="")
    if work.parked % 100 == 0 and (count := broken.count()) >= PARKED_LIMIT:
        raise TooManyParked(work.projector.name, count)


def _parked(work: Posting, stored: StoredEvent, **values: object) -> ParkedEvent:
    return ParkedEvent(
        projection=work.projector.name,
        generation=work.generation,
        stream_id=stored.stream_id,
        position=stored.position,
        version=stored.version,
        event_type=stored.event_type,
        **values,
    )
