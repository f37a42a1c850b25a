"""What a developer writes to add a read model: which rows an event touches, and how the event changes each.

No query, no save and no transaction belong in a projector: the engine loads the rows of a batch, folds, and writes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar

import msgspec
from django.db import models

from orders_write.domain.events import Event
from orders_write.event_store import StoredEvent

Key = tuple[Any, ...]
Row = dict[str, Any]
Rows = dict[Key, Row]
Change = Callable[[Row, Any, StoredEvent], None]


class Merge(StrEnum):
    """How a column of a shared row takes in what a batch brings; in which order batches come does not matter."""

    ADD = "{table}.{column} + excluded.{column}"
    EARLIEST = "least({table}.{column}, excluded.{column})"
    LATEST = "greatest({table}.{column}, excluded.{column})"
    ASSIGN = "excluded.{column}"


class Skipped(msgspec.Struct, frozen=True):
    """Stands in the place of an event that somebody decided this projection shall do without."""


class BrokenStream(Exception):
    """A row's version and its next event's do not fit: an event was lost on the way, which must not happen."""

    def __init__(self, projection: str, stored: StoredEvent, found_version: int) -> None:
        super().__init__(
            f"{projection}: event {stored.position} is version {stored.version} of stream {stored.stream_id}, but its "
            f"row is at version {found_version}. Run `manage.py rebuild_projections {projection}`."
        )


class Projector(ABC):
    """Folds events into the rows of one model; subclass one of the two kinds below.

    `changes` names, for each event type, the function that changes a row in memory; an event type that is not there
    does not concern this read model. `merges` says how a written column meets the row that is there already.
    `partitions` is how many workers may post at the same time; every stream always falls into the same partition.
    Raise `version` when the same events shall give other rows: the model then waits for `rebuild_projections`.
    """

    name: ClassVar[str]
    model: ClassVar[type[models.Model]]
    lag_objective: ClassVar[timedelta]
    changes: ClassVar[Mapping[type[Event], Change]]
    merges: ClassVar[Mapping[str, Merge]] = {}
    version: ClassVar[int] = 1
    partitions: ClassVar[int] = 1
    loads_rows: ClassVar[bool]
    shares_rows: ClassVar[bool] = False

    @abstractmethod
    def keys(self, stored: StoredEvent) -> Iterable[Key]:
        """Return the primary keys of the rows that an event touches, each a tuple of the key's columns."""

    @abstractmethod
    def fold(self, rows: Rows, events: Iterable[StoredEvent]) -> Rows:
        """Apply events, in order, to the rows that were loaded for them, and return the rows to write."""


def _nothing(row: Row, event: Any, stored: StoredEvent) -> None:
    """Change nothing: the event does not concern the read model, or is skipped."""


class StreamProjector(Projector):
    """Each row belongs to one stream and carries its `version`: loaded, changed event by event, written whole."""

    loads_rows = True

    def fold(self, rows: Rows, events: Iterable[StoredEvent]) -> Rows:
        """Apply events; one that a row has seen is passed over, so a repeated batch changes nothing.

        Raises:
            BrokenStream: an event's predecessor never reached its row.
        """
        changed: Rows = {}
        for stored in events:
            for key in self.keys(stored):
                row = rows.setdefault(key, {"version": 0})
                if self._is_next(row, stored):
                    self.changes.get(type(stored.event), _nothing)(row, stored.event, stored)
                    row["version"] = stored.version
                    changed[key] = row
        return changed

    def _is_next(self, row: Row, stored: StoredEvent) -> bool:
        if stored.version > row["version"] + 1:
            raise BrokenStream(self.name, stored, row["version"])
        return bool(stored.version == row["version"] + 1)


class TotalsProjector(Projector):
    """Rows shared by many streams: a batch's sums are folded from nothing and merged into the rows that are there.

    Nothing is loaded, so partitions may do it side by side; exactly once is the checkpoint's work (law 5).
    """

    loads_rows = False
    shares_rows = True

    def fold(self, rows: Rows, events: Iterable[StoredEvent]) -> Rows:
        """Return what the events add to each row that they touch."""
        for stored in events:
            change = self.changes.get(type(stored.event))
            for key in self.keys(stored) if change else ():
                if key not in rows:
                    rows[key] = self.nothing(key)
                change(rows[key], stored.event, stored)  # type: ignore[misc]
        return rows

    @abstractmethod
    def nothing(self, key: Key) -> Row:
        """Return a row of this key to which nothing has been added."""
