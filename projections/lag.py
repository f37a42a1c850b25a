"""How far each projection is behind the log: one function for the command line, readiness, metrics and dashboard."""

from collections import defaultdict
from datetime import UTC, datetime

import msgspec
from django.conf import settings
from django.db.models import Count, Min

from orders_read.models import Checkpoint
from orders_write import event_log, event_store, log_lock
from orders_write.log_lock import OpenAppender
from projections import checkpoints
from projections.checkpoints import LOOKED_EVERY_SECONDS, Standing
from projections.models import ParkedEvent, Rebuild, Verification
from projections.projector import Projector
from projections.registry import PROJECTORS
from projections.rows import READ

_SILENT_SWEEPS = 2
HALTED, PAUSED, NEEDS_REBUILD, NEWER = "halted", "paused", "needs rebuild", "built by a newer release"


class ProjectionStatus(msgspec.Struct, frozen=True):
    """Where one partition of a projection stands.

    `lag_seconds` is the age of the oldest event of the log that it has not posted, 0 only at the head. `held_streams`
    wait for a parked event, the oldest for `held_seconds`. `worker_looks`: a worker has looked at it within the last
    sweeps. `drifted_rows` differed from the log at the last comparison. `rebuild` is the phase of an open rebuild.
    `paused_by` and `paused_at` say who has paused it, and since when.
    """

    projection: str
    partition: int
    state: str
    position: int
    head: int
    lag_events: int
    lag_seconds: float
    objective_seconds: float
    objective_held: bool
    worker_silent_seconds: float | None
    worker_looks: bool
    held_streams: int
    held_seconds: float
    drifted_rows: int
    rebuild: str
    error: str
    paused_by: str
    paused_at: datetime | None


class LogStatus(msgspec.Struct, frozen=True):
    """The head of the log, how long ago its newest event was recorded, and who may hold a gap open."""

    head: int
    newest_seconds: float | None
    open_appenders: list[OpenAppender]


class Kept(msgspec.Struct, frozen=True):
    """What the engine keeps about a projection beside its checkpoints."""

    held_streams: int = 0
    held_since: datetime | None = None
    drifted_rows: int = 0
    rebuild: str = ""


def status() -> list[ProjectionStatus]:
    """Return the status of every partition of every projection.

    Raises:
        OperationalError: one of the two databases does not answer.
    """
    found: dict[str, list[Checkpoint]] = defaultdict(list)
    for checkpoint in Checkpoint.objects.using(READ).filter(state__in=Checkpoint.LIVE).order_by("partition"):
        found[checkpoint.projection].append(checkpoint)
    head, kept = (
        event_store.head(),
        kept_of({(one.projection, one.generation) for part in found.values() for one in part}),
    )
    return [one for projector in PROJECTORS for one in _statuses(projector, found[projector.name], head, kept)]


def log_status() -> LogStatus:
    """Return where the log stands.

    Raises:
        OperationalError: the write database does not answer.
    """
    head = event_store.head()
    mark = event_log.mark_at(head)
    return LogStatus(head, age(mark.recorded_at) if mark else None, log_lock.open_appenders())


def _statuses(
    projector: Projector, found: list[Checkpoint], head: int, kept: dict[str, Kept]
) -> list[ProjectionStatus]:
    standing = checkpoints.standing_of(projector, found)
    live = found or checkpoints.new(projector, 1)
    return [_status(projector, one, standing, head, kept.get(projector.name, Kept())) for one in live]


def _status(
    projector: Projector, checkpoint: Checkpoint, standing: Standing, head: int, kept: Kept
) -> ProjectionStatus:
    events, oldest = event_log.backlog(checkpoint.position)
    objective = projector.lag_objective.total_seconds()
    behind, state = age(oldest) or 0.0, state_of(checkpoint, standing)
    silent = age(checkpoint.looked_at)
    return ProjectionStatus(
        projection=projector.name,
        partition=checkpoint.partition,
        state=state,
        position=checkpoint.position,
        head=head,
        lag_events=events,
        lag_seconds=behind,
        objective_seconds=objective,
        objective_held=behind <= objective and state == Checkpoint.State.ACTIVE,
        worker_silent_seconds=silent,
        worker_looks=silent is not None and silent <= _SILENT_SWEEPS * settings.SWEEP_SECONDS + LOOKED_EVERY_SECONDS,
        held_streams=kept.held_streams,
        held_seconds=age(kept.held_since) or 0.0,
        drifted_rows=kept.drifted_rows,
        rebuild=kept.rebuild,
        error=checkpoint.error,
        paused_by=checkpoint.paused_by,
        paused_at=checkpoint.paused_at,
    )


def state_of(checkpoint: Checkpoint, standing: Standing) -> str:
    """Return the word for how a partition is."""
    if standing is Standing.NEEDS_REBUILD:
        return NEEDS_REBUILD
    if standing is Standing.NEWER:
        return NEWER
    return PAUSED if checkpoint.paused_at else checkpoint.state


def kept_of(live: set[tuple[str, int]]) -> dict[str, Kept]:
    """Return what is kept, by projection; parked events count for the live generations alone."""
    parked = ParkedEvent.objects.values_list("projection", "generation")
    held = {
        name: (streams, since)
        for name, generation, streams, since in parked.annotate(
            n=Count("stream_id", distinct=True), at=Min("parked_at")
        )
        if (name, generation) in live
    }
    drifted = dict(Verification.objects.filter(differences__gt=0).values_list("projection", "differences"))
    phases = dict(Rebuild.objects.filter(state__in=Rebuild.OPEN).values_list("projection", "phase"))
    return {
        name: Kept(*held.get(name, (0, None)), drifted.get(name, 0), str(phases.get(name, "")))
        for name in held.keys() | phases.keys() | drifted.keys()
    }


def age(moment: datetime | None) -> float | None:
    """Return how many seconds ago a moment was, never 0; None for none."""
    return max(0.001, round((datetime.now(UTC) - moment).total_seconds(), 3)) if moment else None
