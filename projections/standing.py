"""Where the projections stand as far as the read database knows: the log is not asked (law 7)."""

from collections import defaultdict
from datetime import datetime, timedelta

import msgspec
from django.utils import timezone

from orders_read.consistency import Progress, Wish
from orders_read.models import Checkpoint
from orders_read.queries import GetProjections
from projections import checkpoints
from projections.checkpoints import Standing
from projections.lag import Kept, age, kept_of, state_of
from projections.models import ProjectionLagSample
from projections.projector import Projector
from projections.registry import PROJECTORS
from projections.rows import READ

_SAMPLES_SINCE = timedelta(minutes=10)


class LagSample(msgspec.Struct, frozen=True):
    """How far behind the log it was, when that was measured last."""

    sampled_at: datetime
    lag_events: int
    lag_seconds: float
    objective_held: bool


class PartitionStanding(msgspec.Struct, frozen=True):
    """Where one partition of a projection stands.

    All that was recorded more than `lag_seconds` ago is in it; None before anything was looked at. `held_streams` wait
    for a parked event, the oldest for `held_seconds`. `drifted_rows` differed from the log at the last comparison.
    """

    projection: str
    partition: int
    state: str
    position: int
    lag_seconds: float | None
    objective_seconds: float
    worker_silent_seconds: float | None
    held_streams: int
    held_seconds: float
    drifted_rows: int
    rebuild: str
    error: str
    paused_at: datetime | None
    sample: LagSample | None


def get_projections(query: GetProjections, wish: Wish, source: str) -> tuple[Progress, list[PartitionStanding]]:
    """Return the standing of every partition of every projection, and the position that all of them have reached."""
    found: dict[str, list[Checkpoint]] = defaultdict(list)
    for checkpoint in Checkpoint.objects.using(READ).filter(state__in=Checkpoint.LIVE).order_by("partition"):
        found[checkpoint.projection].append(checkpoint)
    kept = kept_of({(one.projection, one.generation) for part in found.values() for one in part})
    samples = _samples()
    standings = [
        _standing(projector, checkpoint, standing, kept.get(projector.name, Kept()), samples)
        for projector in PROJECTORS
        for standing in [checkpoints.standing_of(projector, found[projector.name])]
        for checkpoint in found[projector.name] or checkpoints.new(projector, 1)
    ]
    return Progress(min(one.position for one in standings), None), standings


def _samples() -> dict[tuple[str, int], LagSample]:
    recent = ProjectionLagSample.objects.filter(sampled_at__gt=timezone.now() - _SAMPLES_SINCE).order_by("sampled_at")
    return {
        (one.projection, one.partition): LagSample(one.sampled_at, one.lag_events, one.lag_seconds, one.objective_held)
        for one in recent
    }


def _standing(
    projector: Projector,
    checkpoint: Checkpoint,
    standing: Standing,
    kept: Kept,
    samples: dict[tuple[str, int], LagSample],
) -> PartitionStanding:
    return PartitionStanding(
        projection=projector.name,
        partition=checkpoint.partition,
        state=state_of(checkpoint, standing),
        position=checkpoint.position,
        lag_seconds=age(_complete_at(checkpoint)),
        objective_seconds=projector.lag_objective.total_seconds(),
        worker_silent_seconds=age(checkpoint.looked_at),
        held_streams=kept.held_streams,
        held_seconds=age(kept.held_since) or 0.0,
        drifted_rows=kept.drifted_rows,
        rebuild=kept.rebuild,
        error=checkpoint.error,
        paused_at=checkpoint.paused_at,
        sample=samples.get((projector.name, checkpoint.partition)),
    )


def _complete_at(checkpoint: Checkpoint) -> datetime | None:
    """Return when its rows were complete, by the rule of `consistency.PROGRESS`."""
    looked, active = checkpoint.looked_at, checkpoint.state == Checkpoint.State.ACTIVE
    return looked if active and looked and looked > checkpoint.updated_at else checkpoint.last_recorded_at
