"""7 · The one loop that posts events into a read model: from its checkpoint to the head of the log, in batches.

Rows and checkpoint change in one transaction of the read database (law 5). The checkpoint's row lock keeps two
workers apart, a compare-and-set makes sure of it, and time-outs free the lock of a worker that is frozen.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog
from django.db import InterfaceError, OperationalError, connections, transaction
from django.utils import timezone

from orders_read.models import Checkpoint
from orders_write import event_store
from orders_write.event_store import LogHeldOpen, StoredEvent
from projections import rows
from projections.projector import Projector
from projections.rows import READ

BATCH = 1_000
INFRASTRUCTURE = (OperationalError, InterfaceError, LogHeldOpen)
log = structlog.get_logger(__name__)

_BOUNDS = """
    set local lock_timeout = '2s';
    set local statement_timeout = '30s';
    set local idle_in_transaction_session_timeout = '15s'
"""


class Outcome(StrEnum):
    """How a run of catch-up ended."""

    AT_HEAD = "at head"
    BUSY = "another worker has the checkpoint"
    OUT_OF_TIME = "out of time"


class WrongLog(Exception):
    """The checkpoint does not belong to this log: it was restored to an older state, or is another one."""

    def __init__(self, checkpoint: Checkpoint, head: int) -> None:
        super().__init__(
            f"{checkpoint.projection} is at position {checkpoint.position}, where the log (head {head}) holds another "
            f"event or none: the log was restored. Run `manage.py rebuild_projections {checkpoint.projection}`."
        )


class LostFence(Exception):
    """The checkpoint moved under the lock; the batch is rolled back."""


@dataclass(frozen=True)
class Batch:
    """One transaction's work: how many events were applied, and the position reached."""

    events: int
    position: int


def catch_up(
    projector: Projector,
    *,
    seconds: float = 20.0,
    batch_size: int = BATCH,
    on_batch: Callable[[Batch], None] = lambda batch: None,
) -> Outcome:
    """Post every event after the projection's checkpoint, for up to `seconds`.

    Raises:
        OperationalError, InterfaceError, LogHeldOpen: infrastructure failed; try again later, nothing is lost.
        Exception: an event could not be applied; the checkpoint keeps the reason and stays before that batch.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        batch = _guarded_step(projector, batch_size)
        if batch is None:
            return Outcome.BUSY
        on_batch(batch)
        # The lock is released: look once more, because a wake-up that found it taken has gone home.
        if not batch.events and event_store.head() <= batch.position:
            return Outcome.AT_HEAD
    return Outcome.OUT_OF_TIME


def _guarded_step(projector: Projector, batch_size: int) -> Batch | None:
    try:
        return step(projector, batch_size)
    except INFRASTRUCTURE:
        raise
    except Exception as error:
        _halt(projector, error)
        raise


def step(projector: Projector, batch_size: int = BATCH) -> Batch | None:
    """Apply one batch in one transaction; None when another worker holds the checkpoint.

    Raises:
        WrongLog: the checkpoint belongs to another history of the log.
        LogHeldOpen: see `event_store.read_log`.
    """
    ensure_checkpoint(projector)
    with transaction.atomic(using=READ):
        _bound()
        checkpoint = _locked_checkpoint(projector)
        if checkpoint is None:
            return None
        check_log(checkpoint)
        events = event_store.read_log(checkpoint.position, batch_size)
        apply(projector, events)
        return advance(checkpoint, events)


def ensure_checkpoint(projector: Projector) -> None:
    """Make the projection's checkpoint if there is none: a missing one means "nothing seen yet"."""
    checkpoints = Checkpoint.objects.using(READ)
    if not checkpoints.filter(projection=projector.name, partition=0).exists():
        checkpoints.bulk_create([Checkpoint(projection=projector.name)], ignore_conflicts=True)


def apply(projector: Projector, events: list[StoredEvent]) -> None:
    """Fold events into the rows they touch, and write the rows that changed."""
    touched = rows.load(projector, {key for event in events for key in projector.keys(event)})
    if changed := projector.fold(touched, events):
        rows.write(projector, changed)


def advance(checkpoint: Checkpoint, events: list[StoredEvent]) -> Batch:
    """Move a locked checkpoint past events, in the transaction that holds their rows.

    Raises:
        LostFence: somebody moved it meanwhile.
    """
    values: dict[str, object] = {"looked_at": timezone.now(), "state": Checkpoint.State.ACTIVE, "error": ""}
    if events:
        last = events[-1]
        values |= {
            "position": last.position,
            "last_event_id": last.event_id,
            "last_recorded_at": last.recorded_at,
            "updated_at": timezone.now(),
        }
    moved = Checkpoint.objects.using(READ).filter(pk=checkpoint.pk, position=checkpoint.position).update(**values)
    if moved != 1:
        raise LostFence(f"The checkpoint of {checkpoint.projection} moved while its batch was applied.")
    return Batch(len(events), events[-1].position if events else checkpoint.position)


def check_log(checkpoint: Checkpoint) -> None:
    """Make sure that the log still holds the event that the checkpoint saw last.

    Raises:
        WrongLog: it does not.
    """
    if checkpoint.position == 0:
        return
    mark = event_store.mark_at(checkpoint.position)
    if mark is None or (mark.event_id, mark.recorded_at) != (checkpoint.last_event_id, checkpoint.last_recorded_at):
        raise WrongLog(checkpoint, event_store.head())


def _bound() -> None:
    with connections[READ].cursor() as cursor:
        cursor.execute(_BOUNDS)


def _locked_checkpoint(projector: Projector) -> Checkpoint | None:
    checkpoints = Checkpoint.objects.using(READ).select_for_update(skip_locked=True)
    return checkpoints.filter(projection=projector.name, partition=0).first()


def _halt(projector: Projector, error: Exception) -> None:
    log.error("projection halted", projection=projector.name, error=str(error), exc_info=error)
    Checkpoint.objects.using(READ).filter(projection=projector.name).update(
        state=Checkpoint.State.HALTED, error=f"{type(error).__name__}: {error}", looked_at=timezone.now()
    )
