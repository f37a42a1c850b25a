"""Rebuilds a read model beside the live one and swaps it in: plan, run, record (DESIGN.md 5.5).

Readers see the old rows until the swap commits, and the new ones after it. Every phase can be interrupted: the live
model is untouched, and the rebuild can be resumed or cancelled.
"""

from collections.abc import Callable

import msgspec
import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from orders_read.models import Checkpoint
from orders_write import event_log, event_store
from projections import catch_up, checkpoints, generations, posting, rebuild_fold, rebuild_workers, swap
from projections.models import ParkedEvent, Rebuild, RebuildChunk
from projections.projector import Projector
from projections.rebuild_lock import only_one
from projections.rebuild_run import Cancelled, Options, Report, Run, follow_to_head
from projections.rebuild_workers import Helpers
from projections.rows import READ

State = Rebuild.State
BUILDING, PREVIOUS = Checkpoint.State.BUILDING, Checkpoint.State.PREVIOUS
log = structlog.get_logger(__name__)


class Plan(msgspec.Struct, frozen=True):
    """What a rebuild would do."""

    projection: str
    live_generation: int | None
    live_version: int | None
    version: int
    events: int
    replaces_previous: bool
    open_rebuild: str

    def sentence(self) -> str:
        """Say it."""
        live = f"generation {self.live_generation} (version {self.live_version})" if self.live_generation else "nothing"
        kept = "; the generation kept before it is dropped" if self.replaces_previous else ""
        opened = f"; the open rebuild ({self.open_rebuild}) is discarded" if self.open_rebuild else ""
        return f"would fold {self.events} events with version {self.version} and replace {live}{kept}{opened}"


class NoOpenRebuild(Exception):
    """There is nothing to resume or to cancel."""

    def __init__(self, projection: str) -> None:
        super().__init__(f"{projection} has no interrupted rebuild; start one with `rebuild_projections {projection}`.")


class CannotRollBack(Exception):
    """There is no earlier generation that this release could serve."""


def plan(projector: Projector, count: Callable[[int], int] = event_log.count) -> Plan:
    """Return what `rebuild` would do now; changes nothing. `count` says how many events there are up to a position."""
    live = checkpoints.live(projector).first()
    found = _open(projector).first()
    return Plan(
        projection=projector.name,
        live_generation=live.generation if live else None,
        live_version=live.version if live else None,
        version=projector.version,
        events=count(event_store.head()),
        replaces_previous=checkpoints.of(projector).filter(state=PREVIOUS).exists(),
        open_rebuild=found.phase if found else "",
    )


def rebuild(projector: Projector, options: Options | None = None, report: Report = lambda progress: None) -> Rebuild:
    """Build the projection's next generation from the log, and swap it in.

    Raises:
        BeingRebuilt: another process does.
        CannotApply: an event cannot be applied; the live rows are untouched (`--park` goes on without its stream).
        Different: `verify` was asked for, and the new rows differ from the live ones.
    """
    options = options or Options()
    with rebuild_workers.helpers(options.helpers) as helpers, only_one(projector):
        return _run(projector, _begin(projector, options), options, report, helpers)


def resume(projector: Projector, options: Options | None = None, report: Report = lambda progress: None) -> Rebuild:
    """Go on with an interrupted or failed rebuild from the phase and the chunks that it had reached.

    Raises:
        NoOpenRebuild: there is none that this release could go on with.
    """
    options = options or Options()
    with rebuild_workers.helpers(options.helpers) as helpers, only_one(projector):
        found = _open(projector).filter(version=projector.version, partitions=projector.partitions).first()
        if found is None:
            raise NoOpenRebuild(projector.name)
        found.state, found.error, found.parks = State.RUNNING, "", found.parks or options.park
        found.save()
        return _run(projector, found, options, report, helpers)


def cancel(projector: Projector, *, seconds: float = 30.0) -> Rebuild:
    """Stop an open rebuild, wherever it runs, and remove every trace of it but its record.

    Raises:
        NoOpenRebuild: there is none.
        BeingRebuilt: its process did not stop within `seconds`; it will, before it swaps.
    """
    found = _open(projector).first()
    if found is None:
        raise NoOpenRebuild(projector.name)
    if not _open(projector).update(state=State.CANCELLED, finished_at=timezone.now()):
        raise NoOpenRebuild(projector.name)
    with only_one(projector, seconds=seconds):
        _discard(projector)
    found.refresh_from_db()
    return found


def rollback(projector: Projector) -> int:
    """Catch the previous generation up and swap it back in; the live one becomes the previous.

    Returns:
        The number of the generation that is live now.

    Raises:
        CannotRollBack: there is none that this release could serve.
    """
    with only_one(projector):
        kept = list(checkpoints.of(projector).filter(state=PREVIOUS))
        if checkpoints.standing_of(projector, kept) is not checkpoints.Standing.CURRENT or not generations.exists(
            generations.previous(projector), projector
        ):
            raise CannotRollBack(
                f"{projector.name} has no previous generation of version {projector.version}: a rebuild keeps one, "
                f"and only the release that built it can serve it. Run `rebuild_projections {projector.name}` instead."
            )
        follow_to_head(projector, PREVIOUS, posting.post)
        swap.swap(projector, PREVIOUS, posting.post, lambda: None)
    log.warning("projection rolled back", projection=projector.name)
    _catch_up_live(projector)
    return kept[0].generation


def _begin(projector: Projector, options: Options) -> Rebuild:
    """Make the record, the empty tables, the chunks and the checkpoints of the next generation, all or none."""
    checkpoints.ensure(projector)
    upto = event_log.settled_head()
    _open(projector).update(state=State.CANCELLED, error="a new rebuild was started", finished_at=timezone.now())
    with transaction.atomic(using=READ):
        _discard(projector)
        generation = 1 + max(checkpoints.of(projector).values_list("generation", flat=True))
        found = Rebuild.objects.create(
            projection=projector.name,
            generation=generation,
            version=projector.version,
            partitions=projector.partitions,
            head=upto,
            events_total=event_log.count(upto),
            parks=options.park,
            requested_by=options.by,
        )
        generations.create(projector)
        rebuild_fold.plan(found)
        mark = event_log.mark_at(upto)
        Checkpoint.objects.using(READ).bulk_create(checkpoints.new(projector, generation, mark, state=BUILDING))
    return found


def _discard(projector: Projector) -> None:
    with transaction.atomic(using=READ):
        generations.discard(projector)
        doomed = checkpoints.building(projector)
        parked = ParkedEvent.objects.filter(projection=projector.name)
        parked.filter(generation__in=doomed.values("generation")).delete()
        doomed.delete()
        RebuildChunk.objects.filter(rebuild__projection=projector.name).delete()


def _open(projector: Projector) -> QuerySet[Rebuild]:
    return Rebuild.objects.filter(projection=projector.name, state__in=Rebuild.OPEN)


def _run(projector: Projector, found: Rebuild, options: Options, report: Report, helpers: Helpers) -> Rebuild:
    try:
        done = Run(projector, found, options, report, helpers).to_the_end()
    except Cancelled:
        _discard(projector)
        raise
    _catch_up_live(projector)
    return done


def _catch_up_live(projector: Projector) -> None:
    for partition in range(projector.partitions):
        catch_up.catch_up(projector, partition, seconds=5)
