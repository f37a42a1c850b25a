"""Looks for events, newest first: in the log, or in its copy in the read database while the log does not answer.

An order's events come from its own index. Other filters have none, so as not to slow down every append: they look at
LOOK positions of the log at a time, and say how far that was. A time is found by halving: it grows with the position,
but for transactions that overlapped, hence MARGIN.
"""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import F, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from orders_read import reading
from orders_read.models import TimelineEntry
from orders_write.event_store import COLUMNS, WRITE, Metadata
from orders_write.ids import event_id
from orders_write.models import Event

PAGE, LOOK, MARGIN = 50, 20_000, 1_000
_POSITION_AT = """
    with recursive halving (low, high) as (
        select 0::bigint, (select coalesce(max(position), 0) + 1 from {table})
        union all
        select
            case when found.position < high and found.recorded_at < %(moment)s then found.position else low end,
            case when found.position < high and found.recorded_at < %(moment)s then high else middle end
        from halving,
            lateral (select (low + high) / 2 as middle) as half,
            lateral (
                select position, recorded_at from {table} where position >= middle order by position limit 1
            ) as found
        where high - low > 1
    )
    select min(high) from halving
"""


class Entry(msgspec.Struct, frozen=True):
    """An event as it is stored; without metadata when these are not what this release knows."""

    metadata: Metadata | None
    recorded_at: datetime
    position: int
    stream_id: UUID
    version: int
    event_type: str
    schema_version: int
    data: str

    @property
    def event_id(self) -> UUID:
        """The id that its reactions name as their cause."""
        return event_id(self.stream_id, self.version)

    @property
    def short_id(self) -> str:
        """The end of the order's id, which tells it from its neighbours."""
        return f"…{str(self.stream_id)[-12:]}"

    @property
    def short_correlation(self) -> str:
        """The end of the correlation's id."""
        return f"…{str(self.metadata.correlation_id)[-12:]}" if self.metadata else "–"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which events, from `since` to before `until`; those before a position, newest first, or the next after one."""

    types: tuple[str, ...] = ()
    stream: UUID | None = None
    actor: str | None = None
    correlation: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    after: int | None = None


class Found(msgspec.Struct, frozen=True):
    """Some events, newest first, between which positions they were looked for, and where there may be more."""

    entries: list[Entry]
    lowest: int
    highest: int
    looked_at_all: bool
    older: int | None
    newer: int | None


class Source(ABC):
    """Where events are read: `name` is what people call it, `table` what the database does."""

    name: str
    table: str

    @abstractmethod
    def alias(self) -> str:
        """Return the alias of the database."""

    @abstractmethod
    def events(self) -> QuerySet[Any]:
        """Return the events, with what is filtered under the names of the copy's columns."""

    @abstractmethod
    def entries(self, found: QuerySet[Any]) -> list[Entry]:
        """Return what was found as entries."""


class _Log(Source):
    name, table = "the log", Event._meta.db_table

    def alias(self) -> str:
        return WRITE

    def events(self) -> QuerySet[Any]:
        known = {"order_id": F("stream_id"), "actor": KT("metadata__actor")}
        return Event.objects.using(WRITE).annotate(**known, correlation_id=KT("metadata__correlation_id"))

    def entries(self, found: QuerySet[Any]) -> list[Entry]:
        return [_entry(*row) for row in found.values_list("metadata", "recorded_at", *COLUMNS[:-2])]


class _Copy(Source):
    name, table = "order_timeline, the log's copy in the read database", TimelineEntry._meta.db_table

    def alias(self) -> str:
        return reading.a_server()

    def events(self) -> QuerySet[Any]:
        entries = TimelineEntry.objects.using(self.alias()).defer("data")
        return entries.annotate(text=Cast("data", TextField()))

    def entries(self, found: QuerySet[TimelineEntry]) -> list[Entry]:
        return [_copied(one) for one in found]


LOG, COPY = _Log(), _Copy()


def find(source: Source, wanted: Wanted) -> Found:
    """Return a page of the events that are wanted.

    Raises:
        TooSlow: it took too long.
    """
    with reading.in_time(source.alias()):
        return _found(source, wanted, *_range(source, wanted))


def one(source: Source, position: int) -> Entry | None:
    """Return the event at a position.

    Raises:
        TooSlow: it took too long.
    """
    with reading.in_time(source.alias()):
        return next(iter(source.entries(source.events().filter(position=position))), None)


def position_at(source: Source, moment: datetime) -> int:
    """Return a position before which everything was recorded earlier than a moment, and from which on nothing was."""
    [(position,)] = reading.fetch(source.alias(), _POSITION_AT.format(table=source.table), {"moment": moment})
    return int(position)


def _range(source: Source, wanted: Wanted) -> tuple[int, int]:
    """Return the lowest and the highest position that may be wanted."""
    newest = source.events().order_by("-position").values_list("position", flat=True).first() or 0
    low = position_at(source, wanted.since) - MARGIN if wanted.since else 1
    high = position_at(source, wanted.until) + MARGIN if wanted.until else newest
    return max(1, low), min(newest, high)


def _found(source: Source, wanted: Wanted, low: int, high: int) -> Found:
    forward = wanted.after is not None
    bottom, top = _window(wanted, low, high)
    rows = source.events().filter(position__range=(bottom, top), **_conditions(wanted))
    key = "version" if wanted.stream else "position"
    entries = source.entries(rows.order_by(key if forward else f"-{key}")[: PAGE + 1])
    more, shown = len(entries) > PAGE, entries[:PAGE]
    if more:
        bottom, top = (bottom, shown[-1].position) if forward else (shown[-1].position, top)
    whole = not _scans(wanted) or more or (top >= high if forward else bottom <= low)
    shown = shown[::-1] if forward else shown
    return Found(shown, bottom, top, whole, bottom if bottom > low else None, top if top < high else None)


def _window(wanted: Wanted, low: int, high: int) -> tuple[int, int]:
    """Return between which positions is looked, both inside."""
    if wanted.after is not None:
        bottom = max(low, wanted.after + 1)
        return bottom, min(high, bottom + LOOK - 1) if _scans(wanted) else high
    top = high if wanted.before is None else min(high, wanted.before - 1)
    return max(low, top - LOOK + 1) if _scans(wanted) else low, top


def _scans(wanted: Wanted) -> bool:
    """Tell whether events that are not wanted have to be looked at."""
    return wanted.stream is None and bool(wanted.types or wanted.actor or wanted.correlation)


def _conditions(wanted: Wanted) -> dict[str, Any]:
    asked = {
        "event_type__in": wanted.types,
        "order_id": wanted.stream,
        "actor": wanted.actor,
        "correlation_id": wanted.correlation and str(wanted.correlation),
        "recorded_at__gte": wanted.since,
        "recorded_at__lt": wanted.until,
    }
    return {name: value for name, value in asked.items() if value}


def _entry(metadata: str, recorded_at: datetime, *event: Any) -> Entry:
    try:
        known = msgspec.json.decode(metadata, type=Metadata)
    except msgspec.DecodeError:
        known = None
    return Entry(known, recorded_at, *event)


def _copied(one: Any) -> Entry:
    metadata = Metadata(one.command_id, one.correlation_id, one.causation_id, one.actor, one.occurred_at)
    event = (one.position, one.order_id, one.version, one.event_type, one.schema_version, one.text)
    return Entry(metadata, one.recorded_at, *event)
