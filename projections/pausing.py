"""Pauses a projection: its rows stay as they are until somebody resumes it, and the log keeps what they lack.

The pause stands in the live checkpoints, whose locks workers hold while they post: once `pause` has returned, none
posts. A swap or a rollback hands it on to the rows that come in. What a person asks for (a retry, a repair) goes on.
"""

from typing import Any

import structlog
from django.db import connections, transaction
from django.utils import timezone

from orders_read.models import Checkpoint
from projections import checkpoints, wake_up
from projections.projector import Projector
from projections.rows import READ

LOCK_TIMEOUT, _ATTEMPTS = "30s", 3
_RUNNING: dict[str, Any] = {"paused_at": None, "paused_by": "", "pause_reason": ""}
log = structlog.get_logger(__name__)


class PausedAlready(Exception):
    """Somebody has paused it before."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(
            f"{checkpoint.projection} is paused already, by {checkpoint.paused_by} since "
            f"{checkpoint.paused_at:%Y-%m-%d %H:%M:%S} UTC: {checkpoint.pause_reason}"
        )


class NotPaused(Exception):
    """There is nothing to resume."""

    def __init__(self, projection: str) -> None:
        super().__init__(f"{projection} is not paused.")


def pause(projector: Projector, *, by: str, reason: str) -> None:
    """Let no worker post into a projection's rows from now on; one that is in the middle of a batch ends it first.

    Raises:
        PausedAlready: somebody has done so.
        OperationalError: a checkpoint stayed locked, or the read database failed; nothing has changed.
    """
    checkpoints.ensure(projector)
    if found := paused(projector):
        raise PausedAlready(found)
    _set(projector, {"paused_at": timezone.now(), "paused_by": by, "pause_reason": reason})
    log.warning("projection paused", projection=projector.name)


def resume(projector: Projector) -> None:
    """Let workers go on from where the projection was paused.

    Raises:
        NotPaused: it is not paused.
        OperationalError: see `pause`.
    """
    if paused(projector) is None:
        raise NotPaused(projector.name)
    _set(projector, _RUNNING)
    log.warning("projection resumed", projection=projector.name)
    wake_up.ring()


def paused(projector: Projector) -> Checkpoint | None:
    """Return a live checkpoint that says who paused the projection, since when and why; None where nobody did."""
    return checkpoints.live(projector).exclude(paused_at=None).first()


def _set(projector: Projector, values: dict[str, Any]) -> None:
    """Change the live checkpoints; those that a swap takes out of their place meanwhile are not live any more."""
    for _ in range(_ATTEMPTS):
        with transaction.atomic(using=READ):
            with connections[READ].cursor() as cursor:
                cursor.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
            found = [one.pk for one in checkpoints.live(projector).select_for_update()]
            if checkpoints.of(projector).filter(pk__in=found).update(**values):
                return
