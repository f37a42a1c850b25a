"""The fold of a rebuild: the log is cut into ranges of streams, and whoever takes a range folds it in one transaction.

Each stream lies in one range, so its events come in order and its row is made once, from nothing, and written by COPY.
A range's row lock says who works on it and is given back by a crash; its rows and the note that it is done commit
together. So any number of processes, on any number of hosts, can fold one rebuild, and none of them matters.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import islice

from django.db.models import QuerySet, Sum
from django.utils import timezone

from orders_write import event_log
from orders_write.event_store import StoredEvent
from projections import generations, posting
from projections.models import Rebuild, RebuildChunk
from projections.posting import SYSTEMIC, Posting
from projections.projector import Projector
from projections.registry import named

Fold = Callable[[Posting, Iterable[StoredEvent]], None]
CHUNK = 5_000
_SLICE = 1_000
_RATE_SECONDS = 10


def plan(rebuild: Rebuild) -> None:
    """Cut the log up to the rebuild's head into chunks."""
    bounds = event_log.stream_bounds(rebuild.head, CHUNK)
    starts = [event_log.FIRST_STREAM, *bounds]
    RebuildChunk.objects.bulk_create(
        RebuildChunk(rebuild=rebuild, number=number, after=after, until=until)
        for number, (after, until) in enumerate(zip(starts, bounds, strict=False), start=1)
    )


def fold_next(rebuild: Rebuild) -> bool:
    """Fold one chunk that is not done and that nobody works on; tell whether there was one.

    Raises:
        CannotApply: an event cannot be applied, and the rebuild does not park.
    """
    projector = named([rebuild.projection])[0]
    try:
        return _fold_next(projector, rebuild, posting.fold_streams)
    except SYSTEMIC:
        raise
    except Exception:
        return _fold_next(projector, rebuild, _event_by_event)


def left(rebuild: Rebuild) -> QuerySet[RebuildChunk]:
    """Return the chunks of a running rebuild that are not done."""
    running = RebuildChunk.objects.filter(rebuild=rebuild, rebuild__state=Rebuild.State.RUNNING)
    return running.filter(done_at=None).order_by("number")


def events_done(rebuild: Rebuild) -> int:
    """Return how many events the chunks that are done had."""
    return RebuildChunk.objects.filter(rebuild=rebuild).aggregate(done=Sum("events"))["done"] or 0


def rate(rebuild: Rebuild) -> float:
    """Return how many events a second were folded lately, by all who fold."""
    since = timezone.now() - timedelta(seconds=_RATE_SECONDS)
    lately = RebuildChunk.objects.filter(rebuild=rebuild, done_at__gt=since)
    seconds = min(_RATE_SECONDS, (timezone.now() - rebuild.started_at).total_seconds())
    return (lately.aggregate(done=Sum("events"))["done"] or 0) / max(seconds, 0.1)


def _fold_next(projector: Projector, rebuild: Rebuild, fold: Fold) -> bool:
    with generations.addressing(generations.building(projector)):
        chunk = left(rebuild).select_for_update(skip_locked=True, of=("self",)).first()
        if chunk is None:
            return False
        work = Posting(projector, rebuild.generation, parks=rebuild.parks, skips=posting.skips(projector))
        read = event_log.read_streams(chunk.after, chunk.until, rebuild.head)
        with closing(read) as stored, posting.collector_paused():
            events = _Counted(stored)
            fold(work, events)
        RebuildChunk.objects.filter(pk=chunk.pk).update(events=events.seen, done_at=timezone.now())
    return True


def _event_by_event(work: Posting, events: Iterable[StoredEvent]) -> None:
    following = iter(events)
    while part := list(islice(following, _SLICE)):
        posting.post(work, part)


class _Counted:
    """Counts the events that are taken from it."""

    def __init__(self, events: Iterable[StoredEvent]) -> None:
        self._events = events
        self.seen = 0

    def __iter__(self) -> Iterator[StoredEvent]:
        for stored in self._events:
            self.seen += 1
            yield stored
