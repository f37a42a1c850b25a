"""How far each projection is behind the log: one function for the command line, readiness, metrics and dashboard."""

from datetime import UTC, datetime

import msgspec

from orders_read.models import Checkpoint
from orders_write import event_store
from projections.projector import Projector
from projections.registry import PROJECTORS
from projections.rows import READ


class ProjectionStatus(msgspec.Struct, frozen=True):
    """Where one projection stands; `lag_seconds` is the age of its oldest unposted event, 0 only at the head."""

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
    error: str


def status() -> list[ProjectionStatus]:
    """Return the status of every projection.

    Raises:
        OperationalError: one of the two databases does not answer.
    """
    found = {checkpoint.projection: checkpoint for checkpoint in Checkpoint.objects.using(READ).all()}
    head = event_store.head()
    return [_status(projector, found.get(projector.name, _nothing_seen(projector)), head) for projector in PROJECTORS]


def _nothing_seen(projector: Projector) -> Checkpoint:
    return Checkpoint(projection=projector.name)


def _status(projector: Projector, checkpoint: Checkpoint, head: int) -> ProjectionStatus:
    events, oldest = event_store.backlog(checkpoint.position)
    objective = projector.lag_objective.total_seconds()
    behind = _age(oldest) or 0.0
    return ProjectionStatus(
        projection=projector.name,
        partition=checkpoint.partition,
        state=checkpoint.state,
        position=checkpoint.position,
        head=head,
        lag_events=events,
        lag_seconds=behind,
        objective_seconds=objective,
        objective_held=behind <= objective and checkpoint.state == Checkpoint.State.ACTIVE,
        worker_silent_seconds=_age(checkpoint.looked_at),
        error=checkpoint.error,
    )


def _age(moment: datetime | None) -> float | None:
    return max(0.001, round((datetime.now(UTC) - moment).total_seconds(), 3)) if moment else None
