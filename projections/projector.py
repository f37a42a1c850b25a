"""What a developer writes to add a read model: which row an event touches, and how the event changes it.

No query, no save and no transaction belong in a projector: the engine loads the rows of a batch, folds, and writes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.db import models

from orders_write.domain.events import Event
from orders_write.event_store import StoredEvent

Row = dict[str, Any]
Rows = dict[Hashable, Row]
Change = Callable[[Row, Any, StoredEvent], None]


class BrokenStream(Exception):
    """A row's version and its next event's do not fit: an event was lost on the way, which must not happen."""

    def __init__(self, projection: str, stored: StoredEvent, found_version: int) -> None:
        super().__init__(
            f"{projection}: event {stored.position} is version {stored.version} of stream {stored.stream_id}, but its "
            f"row is at version {found_version}. Run `manage.py rebuild_projections {projection}`."
        )


class Projector(ABC):
    """Folds events into the rows of one model. Each row belongs to one stream and carries its `version`."""

    name: ClassVar[str]
    model: ClassVar[type[models.Model]]
    lag_objective: ClassVar[timedelta]
    changes: ClassVar[Mapping[type[Event], Change]]

    @abstractmethod
    def key(self, stored: StoredEvent) -> Hashable:
        """Return the primary key of the row that an event touches."""

    def fold(self, rows: Rows, events: Iterable[StoredEvent]) -> Rows:
        """Apply events, in order, to the rows loaded for them, and return the rows that changed.

        An event that a row has seen is passed over, so a repeated batch changes nothing.

        Raises:
            BrokenStream: an event's predecessor never reached its row.
        """
        changed: Rows = {}
        for stored in events:
            key = self.key(stored)
            row = rows.setdefault(key, {"version": 0})
            if stored.version <= row["version"]:
                continue
            if stored.version != row["version"] + 1:
                raise BrokenStream(self.name, stored, row["version"])
            self.changes[type(stored.event)](row, stored.event, stored)
            row["version"] = stored.version
            changed[key] = row
        return changed
