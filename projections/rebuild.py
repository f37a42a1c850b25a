"""Rebuilds a read model from the log: the same fold as the live one, from nothing, in one transaction.

Readers see the old rows until the commit and the new ones after it; an interrupted rebuild changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connections, transaction

from orders_read.models import Checkpoint
from orders_write import event_store
from projections import catch_up
from projections.projector import Projector
from projections.rows import READ

BATCH = 2_000
_BOUNDS = "set local lock_timeout = '30s'; set local idle_in_transaction_session_timeout = '60s'"


@dataclass(frozen=True)
class Progress:
    """How far a rebuild has come: events folded, and the positions reached and aimed at."""

    projection: str
    events: int
    position: int
    head: int


def rebuild(projector: Projector, report: Callable[[Progress], None] = lambda progress: None) -> int:
    """Fold the whole log into the projection's table again, and return how many events that were.

    Raises:
        OperationalError: the checkpoint stayed locked, or a database failed; nothing has changed.
        Exception: an event could not be folded; nothing has changed.
    """
    catch_up.ensure_checkpoint(projector)
    with transaction.atomic(using=READ):
        checkpoint = _emptied(projector)
        return _refold(projector, checkpoint, report)


def _emptied(projector: Projector) -> Checkpoint:
    with connections[READ].cursor() as cursor:
        cursor.execute(_BOUNDS)
    checkpoints = Checkpoint.objects.using(READ)
    checkpoint = checkpoints.select_for_update().get(projection=projector.name, partition=0)
    projector.model._default_manager.using(READ).all().delete()
    checkpoints.filter(pk=checkpoint.pk).update(position=0, last_event_id=None, last_recorded_at=None)
    return checkpoints.get(pk=checkpoint.pk)


def _refold(projector: Projector, checkpoint: Checkpoint, report: Callable[[Progress], None]) -> int:
    head, done = event_store.head(), 0
    while events := event_store.read_log(checkpoint.position, BATCH):
        catch_up.apply(projector, events)
        checkpoint.position = catch_up.advance(checkpoint, events).position
        done += len(events)
        report(Progress(projector.name, done, checkpoint.position, max(head, checkpoint.position)))
    return done
