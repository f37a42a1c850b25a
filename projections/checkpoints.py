"""How far each partition of a projection has come: found, locked, checked against the log, moved.

Whoever posts events holds the row lock of their checkpoint, moves it by compare-and-set in the transaction of the
rows, and names the version of its code: a release never writes into a generation that another version built.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.db import connections, transaction
from django.db.models import QuerySet
from django.utils import timezone

from orders_read.models import Checkpoint
from orders_write import event_log, event_store
from orders_write.event_log import Mark
from orders_write.prepared import rows_of
from projections.projector import Projector
from projections.rows import READ

LOOKED_EVERY_SECONDS = 1.0
# As text: with each wake-up the ORM would spend more time on making these statements than the server on doing them.
_COLUMNS = [field.attname for field in Checkpoint._meta.concrete_fields]
_CHECKPOINT = f"""
    select {", ".join(_COLUMNS)},
        exists (
            select from parked_events
            where projection = checkpoints.projection and generation = checkpoints.generation
        ) as has_parked,
        exists (select from skipped_events where projection = checkpoints.projection) as has_skipped
    from checkpoints
    where (projection, partition, version, partitions) in (
            select * from unnest(%s::text[], %s::int[], %s::int[], %s::int[])
        )
        and state = any(%s) and (paused_at is null or %s)
"""  # noqa: S608


class Standing(StrEnum):
    """What a projection's live checkpoints say about its rows and this release."""

    NEW = "nothing seen yet"
    CURRENT = "built by this version"
    NEEDS_REBUILD = "needs rebuild"
    NEWER = "built by a newer release"


class WrongLog(Exception):
    """The checkpoint does not belong to this log: it was restored to an older state, or is another one."""

    def __init__(self, checkpoint: Checkpoint, head: int) -> None:
        super().__init__(
            f"{checkpoint.projection} is at position {checkpoint.position}, where the log (head {head}) holds another "
            f"event or none: the log was restored. Run `manage.py rebuild_projections {checkpoint.projection}`."
        )


class LostFence(Exception):
    """The checkpoint moved under the lock; the batch is rolled back."""


def of(projector: Projector) -> QuerySet[Checkpoint]:
    """Return all checkpoints of a projection, of every generation."""
    return Checkpoint.objects.using(READ).filter(projection=projector.name)


def live(projector: Projector) -> QuerySet[Checkpoint]:
    """Return the checkpoints of the generation that readers see, by partition."""
    return of(projector).filter(state__in=Checkpoint.LIVE).order_by("partition")


def building(projector: Projector) -> QuerySet[Checkpoint]:
    """Return the checkpoints of the generation that a rebuild makes, by partition."""
    return of(projector).filter(state=Checkpoint.State.BUILDING).order_by("partition")


def standing(projector: Projector) -> Standing:
    """Tell whether this release may post into the live generation."""
    return standing_of(projector, list(live(projector)))


def standing_of(projector: Projector, found: list[Checkpoint]) -> Standing:
    """Tell the same of live checkpoints that were read before."""
    if not found:
        return Standing.NEW
    if any(one.version > projector.version for one in found):
        return Standing.NEWER
    fits = [(one.version, one.partitions) for one in found] == [(projector.version, projector.partitions)] * len(found)
    return Standing.CURRENT if fits and len(found) == projector.partitions else Standing.NEEDS_REBUILD


def locked(
    projector: Projector, partition: int, state: tuple[str, ...] = Checkpoint.LIVE, *, wait: bool = False
) -> Checkpoint | None:
    """Lock a partition's checkpoint of this version, in an open transaction; None where somebody else has it.

    None too where it is paused. With `wait`, for what a person asks, wait for who has it, as long as the transaction's
    lock time-out allows, and mind no pause. `has_parked` and `has_skipped` say whether there are such events.
    """
    return next(iter(locked_together([(projector, partition)], state, wait=wait)), None)


def locked_together(
    parts: Iterable[tuple[Projector, int]], state: tuple[str, ...], *, wait: bool = False
) -> list[Checkpoint]:
    """Lock the checkpoints of several partitions, in the same way; return those that could be locked."""
    asked = [(one.name, partition, one.version, one.partitions) for one, partition in parts]
    statement = _CHECKPOINT + (" for update" if wait else " for update skip locked")
    values = [*map(list, zip(*asked, strict=True)), list(map(str, state)), wait]
    return [_locked(*found) for found in rows_of(connections[READ], statement, values)]


def _locked(*values: Any) -> Checkpoint:
    *columns, has_parked, has_skipped = values
    found = Checkpoint.from_db(READ, _COLUMNS, columns)
    found.has_parked, found.has_skipped = has_parked, has_skipped  # type: ignore[attr-defined]
    return found


def ensure(projector: Projector) -> None:
    """Make the live checkpoints of a projection that has none: nothing was seen yet, so there can be no rows either."""
    with transaction.atomic(using=READ):
        with connections[READ].cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"daybook checkpoints {projector.name}"])
        if live(projector).exists():
            return
        generation = 1 + max(of(projector).values_list("generation", flat=True), default=0)
        projector.model._default_manager.using(READ).all().delete()
        Checkpoint.objects.using(READ).bulk_create(new(projector, generation))


def new(projector: Projector, generation: int, at: Mark | None = None, **values: object) -> list[Checkpoint]:
    """Return unsaved checkpoints of every partition, before the log's first event or right after one."""
    came = {"position": at.position, "last_event_id": at.event_id, "last_recorded_at": at.recorded_at} if at else {}
    made = {"version": projector.version, "partitions": projector.partitions, "generation": generation}
    return [
        Checkpoint(projection=projector.name, partition=partition, **made, **came, **values)
        for partition in range(projector.partitions)
    ]


def advance(checkpoint: Checkpoint, upto: Mark | None) -> int:
    """Move a locked checkpoint past a slice of the log, in the transaction that holds its rows; return its position.

    Raises:
        LostFence: somebody moved it meanwhile.
    """
    healthy = checkpoint.state != Checkpoint.State.HALTED
    if upto is None and healthy and _looked_lately(checkpoint):
        return checkpoint.position
    values: dict[str, object] = {"looked_at": timezone.now()}
    if not healthy:
        values |= {"state": Checkpoint.State.ACTIVE.value, "error": ""}
    if upto:
        came = {"position": upto.position, "last_event_id": upto.event_id, "last_recorded_at": upto.recorded_at}
        values |= {**came, "updated_at": timezone.now()}
    if not _compare_and_set(checkpoint, values):
        raise LostFence(f"The checkpoint of {checkpoint.projection} moved while its batch was applied.")
    return upto.position if upto else checkpoint.position


def _compare_and_set(checkpoint: Checkpoint, values: Mapping[str, Any]) -> bool:
    changed = ", ".join(f"{column} = %s" for column in values)
    statement = f"update checkpoints set {changed} where id = %s and position = %s returning id"  # noqa: S608
    return len(rows_of(connections[READ], statement, [*values.values(), checkpoint.pk, checkpoint.position])) == 1


def halt(projector: Projector, partition: int, error: Exception) -> None:
    """Keep the reason why a live partition cannot go on."""
    live(projector).filter(partition=partition, version=projector.version).update(
        state=Checkpoint.State.HALTED, error=f"{type(error).__name__}: {error}", looked_at=timezone.now()
    )


def check_log(checkpoint: Checkpoint, mark_at: Callable[[int], Mark | None] = event_log.mark_at) -> None:
    """Make sure that the log still holds the event that the checkpoint saw last.

    Raises:
        WrongLog: it does not.
    """
    if checkpoint.position == 0:
        return
    mark = mark_at(checkpoint.position)
    if mark is None or (mark.event_id, mark.recorded_at) != (checkpoint.last_event_id, checkpoint.last_recorded_at):
        raise WrongLog(checkpoint, event_store.head())


def looked_at_lately() -> set[tuple[str, int]]:
    """Return the live partitions, each as projection and number, at which a worker has looked a moment ago."""
    since = timezone.now() - timedelta(seconds=LOOKED_EVERY_SECONDS)
    looked_at = Checkpoint.objects.using(READ).filter(state__in=Checkpoint.LIVE, looked_at__gt=since)
    return set(looked_at.values_list("projection", "partition"))


def _looked_lately(checkpoint: Checkpoint) -> bool:
    looked = checkpoint.looked_at
    return looked is not None and (timezone.now() - looked).total_seconds() < LOOKED_EVERY_SECONDS
