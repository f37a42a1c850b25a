"""An order as the read side knows it: as it is, as it was at each of its versions, and what it would accept."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from config.dashboard import order_changes
from config.dashboard.links import address
from config.dashboard.order_changes import Change
from orders_write import command_bus
from orders_write.command_bus import Possible
from orders_write.event_codec import UnknownEventType
from orders_write.event_store import StoredEvent
from projections import as_of
from projections.as_of import Step
from projections.projector import BrokenStream

SHOWN = 40
_MOST_CHANGES = 12
UNREADABLE = (UnknownEventType, BrokenStream, msgspec.DecodeError)


class Entry(NamedTuple):
    """An event as the timeline shows it."""

    version: int
    title: str
    actor: str
    at: datetime
    data: str
    changes: list[Change]
    more: int
    position: int

    @property
    def address(self) -> str:
        """The page of the event in the log, "" where there is none."""
        return address("event", self.position)


class Window(NamedTuple):
    """Some versions of an order, the one that is looked at among them; `first` and `last` are inside."""

    first: int
    last: int


class History(msgspec.Struct, frozen=True):
    """All events of an order that are there, none where they could not be read: `fault` then says why."""

    events: list[StoredEvent] = []
    fault: str = ""

    @property
    def version(self) -> int:
        """The newest version."""
        return self.events[-1].version if self.events else 0

    def steps(self, version: int) -> list[Step]:
        """Return the steps around a version, the first first."""
        window = around(version, self.version)
        return as_of.steps(as_of.orders_projector(), self.events[: window.last], window.first)

    def since(self, version: int) -> list[Entry]:
        """Return what has happened after a version, the first first, a bounded part of it."""
        upto = self.events[: version + SHOWN]
        return [entry(step) for step in as_of.steps(as_of.orders_projector(), upto, version + 1)]

    def possible(self, order_id: UUID) -> Possible:
        """Return the commands that the order would accept."""
        return command_bus.possible_after(order_id, (stored.event for stored in self.events))


def read(order_id: UUID, load: Callable[[UUID], list[StoredEvent]] = as_of.history) -> History:
    """Return an order's history; one that this release cannot read has a fault instead.

    Args:
        order_id: the order.
        load: where its events come from, the read side unless that is said.
    """
    try:
        found = History(load(order_id))
        as_of.orders_projector().fold({}, found.events)
    except UNREADABLE as error:
        return History(fault=str(error))
    return found


def around(version: int, newest: int) -> Window:
    """Return which versions are shown with one: as many newer ones as older ones, as far as there are."""
    last = min(newest, max(version + SHOWN // 2, SHOWN))
    return Window(max(1, last - SHOWN + 1), last)


def entry(step: Step) -> Entry:
    """Return what the timeline shows of an event."""
    before = None if step.before is None else order_changes.body_of(step.before)
    found = order_changes.changes(before, order_changes.body_of(step.after))
    stored, metadata = step.stored, step.stored.metadata
    data = json.dumps(json.loads(stored.data), indent=2, ensure_ascii=False)
    more = max(0, len(found) - _MOST_CHANGES)
    return Entry(
        stored.version, title(stored), metadata.actor, metadata.occurred_at, data, found[:_MOST_CHANGES], more,
        stored.position,
    )  # fmt: skip


def title(stored: StoredEvent) -> str:
    """Return an event's type in words: `Order item added`."""
    words = "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in stored.event_type).strip()
    return words.capitalize()
