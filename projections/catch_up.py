"""7 · The one loop that posts events into a read model: from its checkpoint to the head of the log, in batches.

Rows and checkpoint change in one transaction of the read database (law 5). The checkpoint's row lock keeps two
workers apart, a compare-and-set makes sure of it, and time-outs free the lock of a worker that is frozen.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import structlog
from django.db import OperationalError, connections, transaction
from psycopg.errors import IdleInTransactionSessionTimeout

from gate import kept
from orders_read.models import Checkpoint
from orders_write import event_log, event_store
from orders_write.event_log import Mark, Share
from orders_write.event_store import StoredEvent
from projections import checkpoints, posting
from projections.checkpoints import LostFence, Standing, WrongLog
from projections.posting import INFRASTRUCTURE, SYSTEMIC, Posting
from projections.projector import Projector
from projections.read_ahead import Read, ReadAhead
from projections.rows import READ

Apply = Callable[[Posting, Sequence[StoredEvent]], None]
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
    NEWCOMERS = "a few more events came meanwhile"
    NEEDS_REBUILD = "the rows were built by another version of the projector"
    PAUSED = "somebody has paused the projection"


@dataclass(frozen=True)
class Batch:
    """One transaction's work: how many events were applied, and the position reached."""

    events: int
    position: int


@dataclass
class Pace:
    """How many events a batch looks at: more while full batches are quick, fewer when they are slow."""

    limit: int = 8_000
    least: int = 100
    most: int = 32_000

    def took(self, seconds: float) -> None:
        """Learn from a batch."""
        if seconds > 4:
            self.limit = max(self.least, self.limit // 4)
        elif seconds < 2:
            self.limit = min(self.most, self.limit * 2)


def catch_up(
    projector: Projector,
    partition: int = 0,
    *,
    seconds: float = 20.0,
    batch_size: int | None = None,
    leave_newcomers: bool = False,
    on_batch: Callable[[Batch], None] = lambda batch: None,
) -> Outcome:
    """Post every event after the checkpoint of a projection's partition, for up to `seconds`.

    Batches fit themselves to the backlog, unless `batch_size` says how many events each looks at. Where events never
    cease to come there is no end to it; `leave_newcomers` leaves those that came during a small batch to a later call,
    which the caller must see to.

    Raises:
        OperationalError, InterfaceError, LogHeldOpen: infrastructure failed; try again later, nothing is lost.
        Exception: something else than an event is wrong; the checkpoint keeps the reason and stays before that batch.
    """
    pace = Pace(batch_size, batch_size, batch_size) if batch_size else Pace()
    started = time.monotonic()
    with ReadAhead() as read:
        while (began := time.monotonic()) < started + seconds:
            batch = _guarded_step(projector, partition, pace.limit, read)
            if isinstance(batch, Outcome):
                return batch
            on_batch(batch)
            # The lock is released: look once more, because a wake-up that found it taken has gone home.
            if event_store.head() <= batch.position:
                return Outcome.AT_HEAD
            if leave_newcomers and batch.events < pace.least:
                return Outcome.NEWCOMERS
            pace.took(time.monotonic() - began)
    return Outcome.OUT_OF_TIME


def _guarded_step(projector: Projector, partition: int, limit: int, read: Read) -> Batch | Outcome:
    try:
        return step(projector, partition, limit, read)
    except INFRASTRUCTURE:
        raise
    except Exception as error:
        if isinstance(error.__cause__, IdleInTransactionSessionTimeout):  # to Django an InternalError: a fault of ours
            raise OperationalError(f"{projector.name} stood still in mid batch: {error}") from error
        log.error("projection halted", projection=projector.name, error=str(error), exc_info=error)
        checkpoints.halt(projector, partition, error)
        raise


def step(
    projector: Projector, partition: int = 0, limit: int = 1_000, read: Read = event_log.read_log
) -> Batch | Outcome:
    """Apply one batch in one transaction; say why not when another worker or another version has the checkpoint.

    Raises:
        WrongLog: the checkpoint belongs to another history of the log.
        LogHeldOpen: see `event_log.read_log`.
    """
    try:
        batch = _transaction(projector, partition, limit, posting.at_once, read)
    except (*SYSTEMIC, WrongLog, LostFence):
        raise
    except Exception as error:
        log.warning("a batch failed; looking for the event", projection=projector.name, error=str(error))
        batch = _transaction(projector, partition, limit, posting.post, read)
    return batch or _without_checkpoint(projector, partition, limit, read)


def _transaction(projector: Projector, partition: int, limit: int, apply: Apply, read: Read) -> Batch | None:
    with bounded():
        checkpoint = checkpoints.locked(projector, partition)
        return follow(projector, checkpoint, limit, apply, read=read) if checkpoint else None


def _without_checkpoint(projector: Projector, partition: int, limit: int, read: Read) -> Batch | Outcome:
    live = list(checkpoints.live(projector))
    standing = checkpoints.standing_of(projector, live)
    if standing is Standing.NEW:
        checkpoints.ensure(projector)
        return step(projector, partition, limit, read)
    if any(one.paused_at for one in live):
        return Outcome.PAUSED
    return Outcome.BUSY if standing is Standing.CURRENT else Outcome.NEEDS_REBUILD


def follow(
    projector: Projector,
    checkpoint: Checkpoint,
    limit: int,
    apply: Apply,
    *,
    upto: int | None = None,
    read: Read = event_log.read_log,
    mark_at: Callable[[int], Mark | None] = event_log.mark_at,
) -> Batch:
    """Apply the log's next events after a locked checkpoint, and move it past them, in the open transaction."""
    checkpoints.check_log(checkpoint, mark_at)
    share = Share(checkpoint.partition, checkpoint.partitions)
    found = read(checkpoint.position, limit, share=share, upto=upto)
    apply(posting.posting(projector, checkpoint, found.events), found.events)
    return Batch(len(found.events), checkpoints.advance(checkpoint, found.upto))


@contextmanager
def bounded() -> Iterator[None]:
    """Be in a transaction of the read database that bounds every wait, so that a frozen worker loses its lock.

    Its connection stays with this thread: to take one for each wake-up would be a tenth of the time of a single event.
    """
    kept.keep(connections[READ])
    with posting.collector_paused(), transaction.atomic(using=READ):
        with connections[READ].cursor() as cursor:
            cursor.execute(_BOUNDS)
        yield
