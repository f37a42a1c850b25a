"""Puts another generation in the place of the live one, fenced: nothing is lost and nothing is applied twice.

Both generations' checkpoints are locked first, so no worker is in the middle of a batch; then the new one is brought
to where the live one is; then tables and checkpoints change places in that same transaction. The table's lock is
waited for briefly and often, so that readers never queue behind a waiting swap (PostgreSQL's lock queue is fair).
"""

import random
import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connections, transaction
from django.utils import timezone

from orders_read.models import Checkpoint
from projections import catch_up, checkpoints, generations
from projections.catch_up import Apply, Batch
from projections.checkpoints import LostFence
from projections.models import ParkedEvent
from projections.projector import Projector
from projections.rows import READ

ATTEMPTS = 100
_BATCH = 8_000


def follow(projector: Projector, state: Checkpoint.State, partition: int, apply: Apply) -> Batch:
    """Post the next batch into a generation beside the live one.

    Raises:
        LostFence: somebody else has its checkpoint, or it is gone.
    """
    with generations.addressing(_schema(projector, state)):
        return catch_up.follow(projector, _locked(projector, (state,), partition), _BATCH, apply)


def swap(projector: Projector, state: Checkpoint.State, apply: Apply, record: Callable[[], None]) -> None:
    """Make the generation in `state` the live one and keep the live one as the previous.

    `record` runs in the same transaction, and refuses by raising.

    Raises:
        OperationalError: the live table or its checkpoints stayed locked; nothing has changed.
    """
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic(using=READ):
                record()
                _change_places(projector, state, apply)
            return
        except OperationalError:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0.02, 0.2))


def bring_level(projector: Projector, state: Checkpoint.State, apply: Apply) -> list[Checkpoint]:
    """Lock both generations, in the caller's transaction, and post into the new one up to where the live one is.

    Returns:
        The live checkpoints.
    """
    _set_local("lock_timeout = '2s'")
    live = list(checkpoints.live(projector).select_for_update())
    target = max((one.position for one in live), default=0)
    _set_local(f'search_path = "{_schema(projector, state)}", {generations.LIVE}')
    for partition in range(projector.partitions):
        follow_upto(projector, (state,), partition, target, apply)
    _set_local("search_path = default")
    return live


def _change_places(projector: Projector, state: Checkpoint.State, apply: Apply) -> None:
    live = bring_level(projector, state, apply)
    _set_local("lock_timeout = '100ms'")
    generations.swap_in(projector, _schema(projector, state))
    _relabel(projector, state, live)


def follow_upto(projector: Projector, state: tuple[str, ...], partition: int, target: int, apply: Apply) -> None:
    """Post up to a position and no further, in the caller's transaction and search path."""
    checkpoint = _locked(projector, state, partition)
    while checkpoint.position < target:
        catch_up.follow(projector, checkpoint, _BATCH, apply, upto=target)
        checkpoint = _locked(projector, state, partition)


def _relabel(projector: Projector, state: Checkpoint.State, live: list[Checkpoint]) -> None:
    coming = list(checkpoints.of(projector).filter(state=state))
    kept = {one.generation for one in (*live, *coming)}
    _of_other_generations(projector, kept)
    checkpoints.of(projector).filter(pk__in=[one.pk for one in coming]).update(
        state=Checkpoint.State.ACTIVE, error="", looked_at=(now := timezone.now()), updated_at=now, **_pause(live)
    )
    checkpoints.of(projector).filter(pk__in=[one.pk for one in live]).update(
        state=Checkpoint.State.PREVIOUS, error="", **_pause([])
    )


def _pause(live: list[Checkpoint]) -> dict[str, Any]:
    """Return who has paused what was live until now, since when and why: it stays paused, whatever rows it has."""
    found = next((one for one in live if one.paused_at), Checkpoint())
    return {"paused_at": found.paused_at, "paused_by": found.paused_by, "pause_reason": found.pause_reason}


def _of_other_generations(projector: Projector, kept: set[int]) -> None:
    checkpoints.of(projector).filter(state=Checkpoint.State.PREVIOUS).exclude(generation__in=kept).delete()
    parked = ParkedEvent.objects.filter(projection=projector.name)
    parked.exclude(generation__in=checkpoints.of(projector).values("generation")).delete()


def _locked(projector: Projector, state: tuple[str, ...], partition: int) -> Checkpoint:
    checkpoint = checkpoints.locked(projector, partition, state)
    if checkpoint is None:
        raise LostFence(
            f"The checkpoint {partition} of {projector.name} ({' or '.join(state)}) is gone or somebody else has it."
        )
    return checkpoint


def _schema(projector: Projector, state: Checkpoint.State) -> str:
    return generations.building(projector) if state == Checkpoint.State.BUILDING else generations.previous(projector)


def _set_local(setting: str) -> None:
    with connections[READ].cursor() as cursor:
        cursor.execute(f"set local {setting}")
