"""Celery's thin callers of the engine: a task says "look now", the checkpoint says from where."""

import time

import structlog
from celery import shared_task
from django.utils import timezone

from projections import catch_up as engine
from projections import checkpoints, operations, policies, rebuild_fold, together, token_copies, wake_up, watch
from projections.models import Rebuild
from projections.posting import INFRASTRUCTURE, SYSTEMIC
from projections.registry import named

ATTEMPTS = 4
_SECONDS, _LOOK_SECONDS = 20, 5
log = structlog.get_logger(__name__)


@shared_task(name="projections.look")  # type: ignore[untyped-decorator]
def look() -> None:
    """Post what there is into the urgent projections, and see to it that the others follow soon.

    Several of these at a time share the work: a partition that another one has is passed over.
    """
    _post(wake_up.parts(urgent=True))
    _gather()


@shared_task(name="projections.look_at_others")  # type: ignore[untyped-decorator]
def look_at_others() -> None:
    """Post what has gathered into the projections that are not urgent."""
    wake_up.gathered()
    parts = wake_up.parts(urgent=False)
    try:
        outcomes = together.post(parts)
    except INFRASTRUCTURE as error:
        log.warning("catch-up put off", error=str(error))
        _in_tasks_of_their_own(parts)
        return
    if engine.Outcome.NEWCOMERS in outcomes.values():
        _gather()
    done = (engine.Outcome.AT_HEAD, engine.Outcome.NEWCOMERS)
    _post([part for part in parts if outcomes.get(part) not in done])


def _gather() -> None:
    if wake_up.gathers():
        look_at_others.apply_async(countdown=wake_up.GATHER_SECONDS)


def _post(parts: list[tuple[str, int]]) -> None:
    """Post, part by part; what takes long, or must be tried again, goes on in a task of its own."""
    deadline = time.monotonic() + _LOOK_SECONDS
    while parts and _posted(*parts[0], deadline - time.monotonic()):
        parts.pop(0)
    _in_tasks_of_their_own(parts)


def _in_tasks_of_their_own(parts: list[tuple[str, int]]) -> None:
    for name, partition in parts:
        catch_up.delay(name, partition)


def _posted(projection: str, partition: int, seconds: float) -> bool:
    try:
        return _catch_up(projection, partition, seconds) is not engine.Outcome.OUT_OF_TIME
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
    for attempt in range(ATTEMPTS):
        try:
            return _catch_up(projection, partition, _SECONDS)
        except INFRASTRUCTURE as error:
            log.warning("catch-up put off", projection=projection, attempt=attempt, error=str(error))
            time.sleep(0.1 * 4**attempt if attempt < ATTEMPTS - 1 else 0)
    return None


def _catch_up(projection: str, partition: int, seconds: float) -> engine.Outcome:
    """Catch up; a projection that is not urgent does not keep a worker while single events go on coming."""
    projector = named([projection])[0]
    outcome = engine.catch_up(projector, partition, seconds=seconds, leave_newcomers=not projector.urgent)
    if outcome is engine.Outcome.NEWCOMERS:
        _gather()
    return outcome


@shared_task(name="projections.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Ask for every projection at which nobody has looked for a moment, whether or not its doorbell was heard.

    Those that are busy need no sweep, and would be held up by it. Tokens that could not be copied are copied now.
    """
    for name, partition in {*wake_up.parts(urgent=True), *wake_up.parts(urgent=False)} - checkpoints.looked_at_lately():
        catch_up.delay(name, partition)
    token_copies.copy_or_log()


@shared_task(name="projections.sample_lag")  # type: ignore[untyped-decorator]
def sample_lag() -> None:
    """Record how far every projection is behind."""
    watch.sample_lag()


@shared_task(name="projections.verify_next")  # type: ignore[untyped-decorator]
def verify_next() -> None:
    """Compare some rows of one projection with the log, another one each time, and the copies of tokens with these."""
    watch.verify_next()
    token_copies.repair()


@shared_task(name="projections.act_on_deadlines")  # type: ignore[untyped-decorator]
def act_on_deadlines() -> None:
    """Ask for what orders have waited for long enough; when infrastructure fails, leave it to the next time."""
    try:
        policies.act(timezone.now())
    except INFRASTRUCTURE as error:
        log.warning("policies put off", error=str(error))


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


@shared_task(name="projections.operate")  # type: ignore[untyped-decorator]
def operate(projection: str, what: str, by: str, options: list[str]) -> None:
    """Start the process that does what an engineer asked for."""
    operations.start(projection, what, by, options)
