"""Celery's thin callers of the engine: a task says "look now", the checkpoint says from where."""

import structlog
from celery import shared_task

from projections import catch_up as engine
from projections.registry import PROJECTORS, named

log = structlog.get_logger(__name__)


@shared_task(name="projections.catch_up")  # type: ignore[untyped-decorator]
def catch_up(projection: str) -> None:
    """Post a projection's events until the head of the log; out of time, ask for the rest in a new task."""
    try:
        outcome = engine.catch_up(named([projection])[0])
    except engine.INFRASTRUCTURE as error:
        log.warning("catch-up put off; the next sweep tries again", projection=projection, error=str(error))
        return
    if outcome is engine.Outcome.OUT_OF_TIME:
        catch_up.delay(projection)


@shared_task(name="projections.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Look at every projection, whether or not its doorbell was heard."""
    for projector in PROJECTORS:
        try:
            catch_up(projector.name)
        except Exception as error:
            log.error("projection failed in the sweep", projection=projector.name, error=str(error))
