"""Detects drift: folds the log again into a scratch table and compares it with the live rows, at the same position.

The live rows and their checkpoints are read in one snapshot, so nothing has to stop. Rows that belong to a stream can
be sampled by stream; rows that streams share take the whole log. A repair replaces the differing rows alone.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any
from uuid import UUID

import msgspec
import structlog
from django.db import connections, transaction
from django.db.models import Min
from django.utils import timezone

from orders_read.models import Checkpoint
from orders_write import event_log
from orders_write.event_store import StoredEvent
from projections import checkpoints, comparison, generations, posting
from projections.checkpoints import Standing
from projections.comparison import Difference, table
from projections.models import ParkedEvent, Verification
from projections.posting import Posting
from projections.projector import Projector, key_columns
from projections.rows import READ, columns

CHUNK = 20_000
log = structlog.get_logger(__name__)


class Verified(msgspec.Struct, frozen=True):
    """What a comparison found: rows compared, rows that differ, the first differing fields, and their events."""

    projection: str
    rows: int
    differences: int
    complete: bool
    repaired: int
    shown: list[Difference]
    behind: list[str]


class CannotVerify(Exception):
    """The live rows were built by another version of the projector, so this release's fold says nothing about them."""

    def __init__(self, projection: str, standing: Standing) -> None:
        super().__init__(f"{projection} cannot be verified: {standing}. Rebuild it, or run the release that built it.")


def verify(projector: Projector, sample: int | None = None, *, repair: bool = False) -> Verified:
    """Compare live rows with the log: those of about `sample` streams, or all. Remember the result.

    Raises:
        CannotVerify: another version of the projector built the rows.
    """
    streams = _sampled(projector, sample)
    with transaction.atomic(using=READ):
        _execute("set transaction isolation level repeatable read")
        found = _check(projector, list(checkpoints.live(projector)), streams)
    if repair and found.differences:
        found = msgspec.structs.replace(found, repaired=_repair(projector, streams))
    _remember(found)
    return found


def _sampled(projector: Projector, sample: int | None) -> list[UUID] | None:
    """Choose streams: half of them from the log, half from the rows, which may be rows of no stream at all."""
    if sample is None or projector.shares_rows:
        return None
    upto = max((one.position for one in checkpoints.live(projector)), default=0)
    return list({*event_log.some_streams(upto, sample), *_some_rows(projector, sample)})


def _some_rows(projector: Projector, number: int) -> list[UUID]:
    """Return the streams of about `number` live rows, chosen at random."""
    key, name = key_columns(projector.model)[0], f"{generations.LIVE}.{table(projector)}"
    with connections[READ].cursor() as cursor:
        cursor.execute("select greatest(reltuples, 1) from pg_class where oid = to_regclass(%s)", [name])
        percent = min(100.0, 100 * 20 * number / cursor.fetchone()[0])
        cursor.execute(f"select distinct {key} from {name} tablesample system (%s)", [percent])
        found = [row[0] for row in cursor.fetchall()]
    return random.sample(found, min(number, len(found)))


def _check(projector: Projector, live: list[Checkpoint], streams: Sequence[UUID] | None) -> Verified:
    if (standing := checkpoints.standing_of(projector, live)) is not Standing.CURRENT:
        raise CannotVerify(projector.name, standing)
    _fold_into_scratch(projector, live, streams)
    differing, shown = comparison.compare(projector, _scratch(projector), streams)
    return Verified(
        projection=projector.name,
        rows=_count(projector, streams),
        differences=differing,
        complete=streams is None,
        repaired=0,
        shown=shown,
        behind=comparison.events_behind(projector, shown),
    )


def _repair(projector: Projector, streams: Sequence[UUID] | None) -> int:
    """Replace differing rows by those of the log while no worker posts; return how many."""
    with transaction.atomic(using=READ):
        _execute("set local lock_timeout = '30s'")
        live = list(checkpoints.live(projector).select_for_update())
        _fold_into_scratch(projector, live, streams)
        replaced = _replace(projector, streams)
    log.warning("rows repaired", projection=projector.name, rows=replaced)
    return replaced


def _replace(projector: Projector, streams: Sequence[UUID] | None) -> int:
    names, key = columns(projector.model), key_columns(projector.model)
    live, keys = f"{generations.LIVE}.{table(projector)}", ", ".join(key)
    either = ", ".join(f"coalesce(live.{name}, log.{name}) as {name}" for name in key)
    same = " and ".join(f"found.{name} = differing.{name}" for name in key)
    differing, parameters = comparison.differing_rows(projector, _scratch(projector), streams)
    with connections[READ].cursor() as cursor:
        cursor.execute(f"create temporary table differing on commit drop as select {either} {differing}", parameters)
        replaced = cursor.rowcount
        cursor.execute(f"delete from {live} found using differing where {same}")
        values = f"select {', '.join(names)} from {_scratch(projector)} join differing using ({keys})"
        cursor.execute(f"insert into {live} ({', '.join(names)}) {values}")
    return int(replaced)


def _fold_into_scratch(projector: Projector, live: Sequence[Checkpoint], streams: Sequence[UUID] | None) -> None:
    """Fold into a temporary table of the read model's name, which hides the live one until the transaction ends."""
    _execute(
        f"create temporary table {table(projector)} "
        f"(like {generations.LIVE}.{table(projector)} including generated) on commit drop"
    )
    _execute(f"alter table {_scratch(projector)} add primary key ({', '.join(key_columns(projector.model))})")
    work = Posting(projector, live[0].generation, skips=posting.skips(projector))
    for part in _parts(live, streams):
        posting.fold_streams(work, _posted(projector, live, part))


def _parts(live: Sequence[Checkpoint], streams: Sequence[UUID] | None) -> Iterator[Iterable[StoredEvent]]:
    upto = max(one.position for one in live)
    if streams is not None:
        yield event_log.read_some_streams(streams, upto)
        return
    after = event_log.FIRST_STREAM
    for until in event_log.stream_bounds(upto, CHUNK):
        with closing(event_log.read_streams(after, until, upto)) as events:
            yield events
        after = until


def _posted(projector: Projector, live: Sequence[Checkpoint], events: Iterable[StoredEvent]) -> Iterator[StoredEvent]:
    """Pass on the events that the live rows have seen: up to each partition's position, and before parked ones."""
    upto = {one.partition: one.position for one in live}
    parked = ParkedEvent.objects.filter(projection=projector.name, generation=live[0].generation)
    held = dict(parked.values_list("stream_id").annotate(first=Min("position")))
    for stored in events:
        limit = upto[event_log.partition_of(stored.stream_id, len(live))]
        if stored.position <= limit and stored.position < held.get(stored.stream_id, limit + 1):
            yield stored


def _count(projector: Projector, streams: Sequence[UUID] | None) -> int:
    restricted = "" if streams is None else f"where {key_columns(projector.model)[0]} = any(%s)"
    with connections[READ].cursor() as cursor:
        query = f"select count(*) from {generations.LIVE}.{table(projector)} {restricted}"
        cursor.execute(query, [] if streams is None else [list(streams)])
        return int(cursor.fetchone()[0])


def _scratch(projector: Projector) -> str:
    return f"pg_temp.{table(projector)}"


def _remember(found: Verified) -> None:
    shown: list[Any] = msgspec.to_builtins(found.shown)
    Verification.objects.update_or_create(
        projection=found.projection,
        defaults={
            "verified_at": timezone.now(),
            "rows": found.rows,
            "differences": found.differences - found.repaired,
            "complete": found.complete,
            "examples": shown,
        },
    )


def _execute(statement: str) -> None:
    with connections[READ].cursor() as cursor:
        cursor.execute(statement)
