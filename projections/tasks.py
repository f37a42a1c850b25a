"""Celery's thin callers of the engine: a task says "look now", the checkpoint says from where."""

import time

import structlog
from celery import shared_task

from projections import catch_up as engine
from projections import rebuild_fold, wake_up, watch
from projections.models import Rebuild
from projections.posting import INFRASTRUCTURE, SYSTEMIC
from projections.registry import named

ATTEMPTS = 4
_SECONDS = 20
log = structlog.get_logger(__name__)


@shared_task(name="projections.catch_up")  # type: ignore[untyped-decorator]
def catch_up(projection: str, partition: int = 0) -> None:
    """Post a partition's events until the head of the log; out of time, ask for the rest in a new task."""
    wake_up.heard(projection, partition)
    if _outcome(projection, partition) is engine.Outcome.OUT_OF_TIME:
        catch_up.delay(projection, partition)


def _outcome(projection: str, partition: int) -> engine.Outcome | None:
    """Catch up; when infrastructure fails, back off and try again, then leave it to the next sweep."""
    projector = named([projection])[0]
    for attempt in range(ATTEMPTS):
        try:
            return engine.catch_up(projector, partition, seconds=_SECONDS)
        except INFRASTRUCTURE as error:
            log.warning("catch-up put off", projection=projection, attempt=attempt, error=str(error))
            time.sleep(0.1 * 4**attempt if attempt < ATTEMPTS - 1 else 0)
    return None


@shared_task(name="projections.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Look at every projection, whether or not its doorbell was heard."""
    wake_up.publish(unheard=True)


@shared_task(name="projections.sample_lag")  # type: ignore[untyped-decorator]
def sample_lag() -> None:
    """Record how far every projection is behind."""
    watch.sample_lag()


@shared_task(name="projections.verify_next")  # type: ignore[untyped-decorator]
def verify_next() -> None:
    """Compare some rows of one projection with the log, another one each time."""
    watch.verify_next()


@shared_task(name="projections.fold_rebuild")  # type: ignore[untyped-decorator]
def fold_rebuild(rebuild_id: int) -> None:
    """Fold chunks of a rebuild; out of time, go on in a new task. What cannot be folded fails the rebuild."""
    rebuild, deadline = Rebuild.objects.get(pk=rebuild_id), time.monotonic() + _SECONDS
    try:
        while rebuild_fold.fold_next(rebuild):
            if time.monotonic() > deadline:
                fold_rebuild.delay(rebuild_id)
                return
    except SYSTEMIC:
        raise
    except Exception as error:
        running = Rebuild.objects.filter(pk=rebuild_id, state=Rebuild.State.RUNNING)
        running.update(state=Rebuild.State.FAILED, error=str(error))
        raise
