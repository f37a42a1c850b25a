"""What an event came from and what came of it, as far as that lies near it: in its stream, and around it in the log."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from config.dashboard.event_search import Entry, Source
from orders_read import reading

VERSIONS, POSITIONS, MOST = 100, 5_000, 100
CAUSE, COMMAND, EFFECT, CORRELATED = "cause", "command", "effect", "correlated"


class Chain(msgspec.Struct, frozen=True):
    """The events that an event has to do with, by how they have, and those beside it in its stream and in the log."""

    related: dict[str, list[Entry]]
    stream_previous: int | None
    stream_next: int | None
    log_previous: int | None
    log_next: int | None


def chain(source: Source, of: Entry) -> Chain:
    """Return the chain of an event, in four questions of bounded size.

    Raises:
        TooSlow: one of them took too long.
    """
    with reading.in_time(source.alias()):
        return _chain(source, of)


def _chain(source: Source, of: Entry) -> Chain:
    stream, events = _stream(source, of), source.events()
    by_version = {entry.version: entry.position for entry in stream}
    return Chain(
        _related(of, [*stream, *_around(source, of)]),
        by_version.get(of.version - 1),
        by_version.get(of.version + 1),
        _first(events.filter(position__lt=of.position).order_by("-position")),
        _first(events.filter(position__gt=of.position).order_by("position")),
    )


def _stream(source: Source, of: Entry) -> list[Entry]:
    near = (of.version - VERSIONS, of.version + VERSIONS)
    return source.entries(source.events().filter(order_id=of.stream_id, version__range=near).order_by("version"))


def _around(source: Source, of: Entry) -> list[Entry]:
    """Return the nearby events of the same correlation."""
    if of.metadata is None:
        return []
    near = (of.position - POSITIONS, of.position + POSITIONS)
    rows = source.events().filter(position__range=near, correlation_id=str(of.metadata.correlation_id))
    return source.entries(rows.order_by("position")[:MOST])


def _first(events: QuerySet[Any]) -> int | None:
    found: int | None = events.values_list("position", flat=True).first()
    return found


def _related(of: Entry, others: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted({entry.position: entry for entry in others}.values(), key=lambda entry: entry.position):
        if relation := _relation(of, entry):
            found[relation].append(entry)
    return dict(found)


def _relation(of: Entry, other: Entry) -> str | None:
    """Return what another event is to this one: the nearest relation counts."""
    if of.metadata is None or other.metadata is None or other.position == of.position:
        return None
    if of.metadata.causation_id in _names(other):
        return CAUSE
    if other.metadata.causation_id in _names(of):
        return EFFECT
    if other.metadata.command_id == of.metadata.command_id:
        return COMMAND
    return CORRELATED if other.metadata.correlation_id == of.metadata.correlation_id else None


def _names(entry: Entry) -> set[UUID]:
    """Return the ids under which an event may be named as a cause."""
    assert entry.metadata is not None
    return {entry.event_id, entry.metadata.command_id}
