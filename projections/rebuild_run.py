"""What a rebuild does, phase by phase: fold, index, catch up, verify, swap; each can be interrupted and done again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from django.db.models import QuerySet
from django.utils import timezone

from orders_read.models import Checkpoint
from orders_write import event_store
from orders_write.event_store import StoredEvent
from projections import comparison, generations, posting, rebuild_fold, rebuild_workers, swap
from projections.catch_up import Apply, Batch
from projections.models import Rebuild
from projections.posting import Posting
from projections.projector import Projector
from projections.rebuild_workers import Helpers

Phase, State = Rebuild.Phase, Rebuild.State
BUILDING = Checkpoint.State.BUILDING
NEARLY = 500


@dataclass(frozen=True)
class Options:
    """How to rebuild: by how many processes or by Celery's workers, compared before the swap or not, and for whom."""

    workers: int = 1
    distributed: bool = False
    verify: bool = False
    park: bool = False
    by: str = "somebody"

    @property
    def helpers(self) -> int:
        """How many processes help this one."""
        return 0 if self.distributed else self.workers - 1


@dataclass(frozen=True)
class Progress:
    """How far a rebuild has come: its phase, and the events folded of those that there are."""

    projection: str
    phase: str
    events: int
    total: int


Report = Callable[[Progress], None]


class Cancelled(Exception):
    """Somebody cancelled the rebuild while it ran."""

    def __init__(self, projection: str) -> None:
        super().__init__(f"The rebuild of {projection} was cancelled; the live rows are untouched.")


class Failed(Exception):
    """A worker could not fold its part; the text is what it said."""


@dataclass(frozen=True)
class Run:
    """A rebuild under way, under the projection's rebuild lock."""

    projector: Projector
    rebuild: Rebuild
    options: Options
    report: Report
    helpers: Helpers

    def to_the_end(self) -> Rebuild:
        """Do the phase that the rebuild has reached and those after it, and return its record."""
        steps = {
            Phase.FOLD: self._fold,
            Phase.INDEX: self._index,
            Phase.CATCH_UP: self._catch_up,
            Phase.VERIFY: self._verify,
            Phase.SWAP: self._swap,
        }
        try:
            for phase in list(steps)[list(steps).index(Phase(self.rebuild.phase)) :]:
                self._enter(phase)
                steps[phase]()
        except Cancelled:
            raise
        except Exception as error:
            self._mine().update(state=State.FAILED, error=str(error), updated_at=timezone.now())
            raise
        self.rebuild.refresh_from_db()
        return self.rebuild

    def _fold(self) -> None:
        self.helpers.fold(self.rebuild.pk)
        while rebuild_fold.left(self.rebuild).exists():
            self._fold_some()
            self._progress(rebuild_fold.events_done(self.rebuild))
        self._check_wanted()

    def _fold_some(self) -> None:
        if self.options.distributed:
            rebuild_workers.ask_celery(self.rebuild.pk, self.options.workers)
        elif not rebuild_fold.fold_next(self.rebuild):
            time.sleep(0.02)

    def _index(self) -> None:
        generations.add_indexes(self.projector, self.options.workers)

    def _catch_up(self) -> None:
        follow_to_head(self.projector, BUILDING, self._strictly, self._caught_up)

    def _caught_up(self, batch: Batch) -> None:
        self._check_wanted()
        self._progress(self.rebuild.events_done + batch.events)

    def _verify(self) -> None:
        if self.options.verify:
            comparison.check_generations(self.projector, self._strictly)

    def _swap(self) -> None:
        swap.swap(self.projector, BUILDING, self._strictly, self._record)
        self._progress(self.rebuild.events_done)

    def _strictly(self, work: Posting, events: Sequence[StoredEvent]) -> None:
        work.parks = self.rebuild.parks
        posting.post(work, events)

    def _record(self) -> None:
        if not self._mine().update(state=State.DONE, finished_at=timezone.now(), updated_at=timezone.now()):
            self._stop()

    def _enter(self, phase: Rebuild.Phase) -> None:
        self.rebuild.phase = phase
        if not self._mine().update(phase=phase, updated_at=timezone.now()):
            self._stop()
        self._progress(self.rebuild.events_done)

    def _progress(self, events: int) -> None:
        self.rebuild.events_done = events
        self._mine().update(events_done=events, updated_at=timezone.now())
        self.report(Progress(self.projector.name, self.rebuild.phase, events, self.rebuild.events_total))

    def _check_wanted(self) -> None:
        if not self._mine().exists():
            self._stop()

    def _stop(self) -> NoReturn:
        """Say why the record is not `running` any more: a worker failed, or somebody cancelled it."""
        self.rebuild.refresh_from_db()
        if self.rebuild.state == State.FAILED:
            raise Failed(self.rebuild.error)
        raise Cancelled(self.projector.name)

    def _mine(self) -> QuerySet[Rebuild]:
        return Rebuild.objects.filter(pk=self.rebuild.pk, state=State.RUNNING)


def follow_to_head(
    projector: Projector,
    state: Checkpoint.State,
    apply: Apply,
    on_batch: Callable[[Batch], None] = lambda batch: None,
) -> None:
    """Post into a generation beside the live one until it is at the head of the log, or nearly: the swap does the rest.

    Raises:
        LostFence: somebody else works on that generation.
    """
    for partition in range(projector.partitions):
        batch = swap.follow(projector, state, partition, apply)
        while batch.events >= NEARLY or (not batch.events and event_store.head() > batch.position):
            on_batch(batch)
            batch = swap.follow(projector, state, partition, apply)
        on_batch(batch)
