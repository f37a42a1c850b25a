"""What a developer writes to add a read model: which rows an event touches, and how the event changes each.

No query, no save and no transaction belong in a projector: the engine loads the rows of a batch, folds, and writes.
There are three kinds: a row for each stream, a row for each event, and rows that many streams add to.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import msgspec
from django.db import models

from orders_write.domain.events import Event
from orders_write.event_store import StoredEvent

Key = tuple[Any, ...]
Row = dict[str, Any]
Rows = dict[Key, Row]
Change = Callable[[Row, Any, StoredEvent], None]
Amounts = Iterable[tuple[Key, Row]]
Addition = Callable[[Any, StoredEvent], Amounts]


class Skipped(msgspec.Struct, frozen=True):
    """Stands in the place of an event that somebody decided this projection shall do without."""


class BrokenStream(Exception):
    """A row's version and its next event's do not fit: an event was lost on the way, which must not happen."""

    def __init__(self, projection: str, stored: StoredEvent, found_version: int) -> None:
        super().__init__(
            f"{projection}: event {stored.position} is version {stored.version} of stream {stored.stream_id}, but its "
            f"row is at version {found_version}. Run `manage.py rebuild_projections {projection}`."
        )


@dataclass(frozen=True)
class Merge:
    """How a column of a shared row takes in what is added, in the database and in memory: in any order, the same.

    `sql` says it of `{column}` of `{table}` and of `excluded`; `rule` of the column's name, the row and what is added.
    """

    sql: str
    rule: Callable[[str, Row, Row], Any]
    start: Any = None


def _chosen(choose: Callable[[Iterable[Any]], Any]) -> Callable[[str, Row, Row], Any]:
    def rule(column: str, row: Row, added: Row) -> Any:
        return choose([value for value in (row[column], added[column]) if value is not None])

    return rule


def _sum(column: str, row: Row, added: Row) -> Any:
    return row[column] + added[column]


ADD = Merge("{table}.{column} + excluded.{column}", _sum, start=0)
EARLIEST = Merge("least({table}.{column}, excluded.{column})", _chosen(min))
LATEST = Merge("greatest({table}.{column}, excluded.{column})", _chosen(max))


def newest_by(time: str) -> Merge:
    """Return the rule of a text that goes with the newest value of the column `time`; ties go by code point."""

    def rule(column: str, row: Row, added: Row) -> Any:
        is_newer = row[time] is None or (added[time], added[column]) > (row[time], row[column])
        return (added if is_newer else row)[column]

    newer = f'(excluded.{time}, excluded.{{column}} collate "C") > ({{table}}.{time}, {{table}}.{{column}} collate "C")'
    return Merge(f"case when {newer} then excluded.{{column}} else {{table}}.{{column}} end", rule)


class Projector(ABC):
    """Folds events into the rows of one model; subclass one of the three kinds below.

    An event type for which it declares nothing does not concern the read model.
    `partitions` is how many workers may post at the same time; every stream always falls into the same partition.
    Raise `version` when the same events shall give other rows: the model then waits for `rebuild_projections`.
    One that is `urgent` is posted as soon as an event is committed; for the others wake-ups gather for a moment: ten
    events at once cost hardly more than one.
    """

    name: ClassVar[str]
    model: ClassVar[type[models.Model]]
    lag_objective: ClassVar[timedelta]
    merges: ClassVar[Mapping[str, Merge]] = {}
    version: ClassVar[int] = 1
    urgent: ClassVar[bool] = False
    partitions: ClassVar[int] = 1
    loads_rows: ClassVar[bool] = False
    shares_rows: ClassVar[bool] = False

    @abstractmethod
    def keys(self, stored: StoredEvent) -> Iterable[Key]:
        """Return the primary keys of the rows that an event touches, each a tuple of the key's columns."""

    @abstractmethod
    def fold(self, rows: Rows, events: Iterable[StoredEvent]) -> Rows:
        """Apply events, in order, to the rows that were loaded for them, and return the rows to write."""


_UNSEEN: Row = {}


def _nothing(row: Row, event: Any, stored: StoredEvent) -> None:
    """Change nothing: the event does not concern the read model, or is skipped."""


class StreamProjector(Projector):
    """One row for each stream: loaded, changed event by event, written whole.

    `changes` names the function that changes a row for each event type: `(row, event, stored) -> None`. The model's
    primary key is the stream's id; its `version` is kept here.
    """

    changes: ClassVar[Mapping[type[Event], Change]]
    loads_rows = True

    def keys(self, stored: StoredEvent) -> Iterable[Key]:
        """Return the stream's id."""
        return ((stored.stream_id,),)

    def fold(self, rows: Rows, events: Iterable[StoredEvent]) -> Rows:
        """Apply events; one that a row has seen is passed over, so a repeated batch changes nothing.

        Raises:
            BrokenStream: an event's predecessor never reached its row.
        """
        changed: Rows = {}
        changes, stream_id, row, seen = self.changes, None, _UNSEEN, _UNSEEN
        for stored in events:
            if stored.stream_id != stream_id:
                stream_id = stored.stream_id
                row = rows.setdefault((stream_id,), {"version": 0})
            version = row["version"] + 1
            if stored.version == version:
                changes.get(type(stored.event), _nothing)(row, stored.event, stored)
                row["version"] = version
                if row is not seen:
                    seen = changed[stream_id,] = row
            elif stored.version > version:
                raise BrokenStream(self.name, stored, version - 1)
        return changed


class EntryProjector(Projector):
    """One row for each event, made from that event alone; the model's key is the stream's id and the version."""

    def keys(self, stored: StoredEvent) -> Iterable[Key]:
        """Return the event's stream and version."""
        return ((stored.stream_id, stored.version),)

    def fold(self, rows: Rows, events: Iterable[StoredEvent]) -> Rows:
        """Make a row of each event."""
        return {(stored.stream_id, stored.version): self.entry(stored) for stored in events}

    @abstractmethod
    def entry(self, stored: StoredEvent) -> Row:
        """Return the whole row of an event."""


class TotalsProjector(Projector):
    """Rows shared by many streams: what a batch adds is summed up from nothing and merged into the rows that are there.

    `additions` names the function that says, for each event type, what an event adds to which rows:
    `(event, stored) -> [(key, {column: value})]`; `merges` how each of those columns takes it in. Nothing is loaded,
    so partitions may do it side by side; exactly once is the checkpoint's work (law 5).
    """

    additions: ClassVar[Mapping[type[Event], Addition]]
    shares_rows = True

    def keys(self, stored: StoredEvent) -> Iterable[Key]:
        """Return the keys of the rows to which an event adds."""
        return [key for key, _ in self._added(stored)]

    def fold(self, rows: Rows, events: Iterable[StoredEvent]) -> Rows:
        """Return what the events add to each row that they touch."""
        for stored in events:
            for key, added in self._added(stored):
                row = rows.get(key)
                if row is None:
                    rows[key] = row = self._start(key)
                row.update([(column, self.merges[column].rule(column, row, added)) for column in added])
        return rows

    def _added(self, stored: StoredEvent) -> Amounts:
        addition = self.additions.get(type(stored.event))
        return addition(stored.event, stored) if addition else ()

    def _start(self, key: Key) -> Row:
        """Return a row of this key to which nothing has been added."""
        names = key_columns(self.model)
        return dict(zip(names, key, strict=True)) | {column: merge.start for column, merge in self.merges.items()}


def key_columns(model: type[models.Model]) -> tuple[str, ...]:
    """Return the columns of a model's primary key, one or several."""
    key: Any = model._meta.pk
    return tuple(part.attname for part in getattr(key, "fields", None) or (key,))
