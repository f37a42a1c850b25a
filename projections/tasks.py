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
_SECONDS, _LOOK_SECONDS = 20, 5
log = structlog.get_logger(__name__)


@shared_task(name="projections.look")  # type: ignore[untyped-decorator]
def look() -> None:
    """Post what there is, projection by projection; what takes long, or must be tried again, goes on in its own task.

    Several of these at a time share the work: a partition that another one has is passed over.
    """
    wake_up.heard()
    parts, deadline = wake_up.parts(), time.monotonic() + _LOOK_SECONDS
    while parts and _posted(*parts[0], deadline - time.monotonic()):
        parts.pop(0)
    for name, partition in parts:
        catch_up.delay(name, partition)


def _posted(projection: str, partition: int, seconds: float) -> bool:
    try:
        return engine.catch_up(named([projection])[0], partition, seconds=seconds) is not engine.Outcome.OUT_OF_TIME
    except INFRASTRUCTURE as error:
        log.warning("catch-up put off", projection=projection, error=str(error))
        return False
    except Exception:  # the checkpoint keeps the reason; the other projections go on
        return True


@shared_task(name="projections.catch_up")  # type: ignore[untyped-decorator]
def catch_up(projection: str, partition: int = 0) -> None:
    """Post a partition's events until the head of the log; out of time, ask for the rest in a new task."""
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
    """Look at every projection, each in a task of its own, whether or not its doorbell was heard."""
    for name, partition in wake_up.parts():
        catch_up.delay(name, partition)


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
