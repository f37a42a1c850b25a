"""Parked events: which streams they hold, and how an engineer resolves them, by retrying after a fix or by skipping.

A decision to skip is recorded with its reason and its author, and holds for every later rebuild.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
import structlog
from django.db import connections, transaction
from django.db.models import Count, F, Min, QuerySet

from orders_read.models import Checkpoint
from orders_write import event_log
from orders_write.event_store import StoredEvent
from projections import checkpoints, posting
from projections.checkpoints import Standing
from projections.models import ParkedEvent, SkippedEvent
from projections.posting import SYSTEMIC, Posting
from projections.projector import Projector
from projections.rows import READ

log = structlog.get_logger(__name__)


class HeldStream(msgspec.Struct, frozen=True):
    """A stream that waits for its parked event: since when, with how many events, and why."""

    projection: str
    stream_id: UUID
    events: int
    since: datetime
    error: str


class Resolved(msgspec.Struct, frozen=True):
    """What became of a stream's parked events: how many are applied, how many wait, and what stopped them."""

    stream_id: UUID
    applied: int
    left: int
    error: str


class NothingParked(Exception):
    """The stream has no parked events in this projection."""

    def __init__(self, projection: str, stream_id: UUID) -> None:
        super().__init__(
            f"{projection} holds no parked event of stream {stream_id}; `retry_parked` lists those it does."
        )


class CannotResolve(Exception):
    """Another release built the live rows, so this one must not touch them."""

    def __init__(self, projection: str, standing: Standing) -> None:
        super().__init__(f"{projection}: {standing}; deploy the release that built its rows, or rebuild it.")


def held_streams(projector: Projector, limit: int | None = None) -> list[HeldStream]:
    """Return the streams that a projection's live generation holds back, the longest held first."""
    broken = dict(_live(projector).exclude(error="").order_by("-position").values_list("stream_id", "error"))
    streams = (
        _live(projector).values("stream_id").annotate(events=Count("pk"), since=Min("parked_at")).order_by("since")
    )
    return [
        HeldStream(projector.name, one["stream_id"], one["events"], one["since"], broken.get(one["stream_id"], ""))
        for one in streams[:limit]
    ]


def parked_of(projector: Projector, streams: Sequence[UUID], limit: int) -> list[ParkedEvent]:
    """Return up to `limit` events that are parked for streams of the live generation, in order."""
    return list(_live(projector).filter(stream_id__in=streams).order_by("stream_id", "position")[:limit])


def skipped(projector: Projector, limit: int) -> list[SkippedEvent]:
    """Return what somebody decided that a projection shall do without, the newest decisions first."""
    return list(SkippedEvent.objects.filter(projection=projector.name).order_by("-pk")[:limit])


def retry(projector: Projector, stream_id: UUID) -> Resolved:
    """Apply a stream's parked events in order, until one fails again.

    Raises:
        NothingParked: there are none.
        CannotResolve: another release built the live rows.
        OperationalError: the checkpoint stayed locked, or a database failed; nothing has changed.
    """
    with transaction.atomic(using=READ):
        checkpoint = _locked(projector, stream_id)
        return _retry(projector, checkpoint, stream_id)


def skip(projector: Projector, stream_id: UUID, *, reason: str, by: str) -> Resolved:
    """Do without the event that a stream is held for, now and in every rebuild, and apply those behind it.

    Skipping a stream's first event skips the stream in read models that have a row per stream: nothing can follow it.

    Raises:
        NothingParked, CannotResolve, OperationalError: see `retry`.
    """
    with transaction.atomic(using=READ):
        checkpoint = _locked(projector, stream_id)
        first = _live(projector).filter(stream_id=stream_id).order_by("position").first()
        if first is None:
            raise NothingParked(projector.name, stream_id)
        _record(first, reason, by)
        log.warning("event skipped", projection=projector.name, position=first.position, reason=reason, by=by)
        return _retry(projector, checkpoint, stream_id)


def _record(parked: ParkedEvent, reason: str, by: str) -> None:
    kept = ("projection", "stream_id", "position", "version", "event_type", "error")
    SkippedEvent.objects.create(reason=reason, skipped_by=by, **{name: getattr(parked, name) for name in kept})


def _retry(projector: Projector, checkpoint: Checkpoint, stream_id: UUID) -> Resolved:
    parked = list(_live(projector).filter(stream_id=stream_id).order_by("position"))
    if not parked:
        raise NothingParked(projector.name, stream_id)
    work = Posting(projector, checkpoint.generation, skips=posting.skips(projector))
    for done, stored in enumerate(event_log.read_positions(one.position for one in parked)):
        if error := _failure(work, stored):
            failed = posting.failed(error)
            ParkedEvent.objects.filter(pk=parked[done].pk).update(attempts=F("attempts") + 1, **failed)
            return Resolved(stream_id, done, len(parked) - done, str(failed["error"]))
        parked[done].delete()
    return Resolved(stream_id, len(parked), 0, "")


def _failure(work: Posting, stored: StoredEvent) -> Exception | None:
    try:
        with transaction.atomic(using=READ):
            posting.apply(work.projector, posting.marked(work, [stored]))
    except SYSTEMIC:
        raise
    except Exception as error:
        return error
    return None


def _locked(projector: Projector, stream_id: UUID) -> Checkpoint:
    """Lock the checkpoint of the stream's partition, so that no worker posts meanwhile."""
    with connections[READ].cursor() as cursor:
        cursor.execute("set local lock_timeout = '30s'")
    partition = event_log.partition_of(stream_id, projector.partitions)
    checkpoint = checkpoints.locked(projector, partition, wait=True)
    if checkpoint is None:
        raise CannotResolve(projector.name, checkpoints.standing(projector))
    return checkpoint


def _live(projector: Projector) -> QuerySet[ParkedEvent]:
    generation = checkpoints.live(projector).order_by().values("generation")[:1]
    return ParkedEvent.objects.filter(projection=projector.name, generation=generation)
