"""A stream's row as it was at any of its versions, folded again from `order_timeline`: the log is not asked (law 7)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from gate.tokens import AUDITOR, CUSTOMER, OPERATOR
from orders_read.consistency import Progress, Wish, progress
from orders_read.models import OrderView, TimelineEntry
from orders_read.queries import GetOrderAsOf
from orders_write import event_store
from orders_write.event_store import Metadata, StoredEvent
from projections.projector import Row, StreamProjector
from projections.registry import named
from projections.rows import READ


class Step(NamedTuple):
    """One event of a stream, with the row before it (None before the first) and after it."""

    stored: StoredEvent
    before: Row | None
    after: Row


def get_order_as_of(query: GetOrderAsOf, wish: Wish, source: str) -> tuple[Progress, Row | None]:
    """Return how far the timeline has come, and the order as it was; None for one that the actor may not see."""
    projector, came = orders_projector(), progress(source, query.read_model, wish, query.order_id)
    if not _is_seen(query, source):
        return came.of_nothing(), None
    if query.as_of is not None:
        row = row_at_time(projector, query.order_id, query.as_of, source)
    else:
        row = row_at_version(projector, query.order_id, query.as_of_version or 0, source)
    return (came, row) if row else (came.of_nothing(), None)


def _is_seen(query: GetOrderAsOf, source: str) -> bool:
    """Tell whether the actor may see the order, before it is folded: its time would tell that it is there."""
    if query.actor.role != CUSTOMER:
        return query.actor.role in (OPERATOR, AUDITOR)
    first = TimelineEntry.objects.using(source).filter(order_id=query.order_id, version=1)
    return first.filter(data__customer_id=query.actor.customer_id).exists()


def row_at_version(projector: StreamProjector, stream_id: UUID, version: int, source: str = READ) -> Row | None:
    """Return the row that a projector makes of a stream's first `version` events, None where there are fewer."""
    events = history(stream_id, source, upto=version)
    return projector.fold({}, events)[stream_id,] if len(events) == version > 0 else None


def row_at_time(projector: StreamProjector, stream_id: UUID, at: datetime, source: str = READ) -> Row | None:
    """Return the row as it was at a moment, by when its events occurred; None where none had."""
    entries = TimelineEntry.objects.using(source).filter(order_id=stream_id, occurred_at__lte=at)
    version = entries.order_by("-version").values_list("version", flat=True).first()
    return row_at_version(projector, stream_id, version, source) if version else None


def orders_projector() -> StreamProjector:
    """Return the projector of `order_views`."""
    [projector] = named([OrderView._meta.db_table])
    assert isinstance(projector, StreamProjector)
    return projector


def history(stream_id: UUID, source: str = READ, upto: int | None = None) -> list[StoredEvent]:
    """Return a stream's events as `order_timeline` has them, the first first; up to a version when one is given."""
    entries = TimelineEntry.objects.using(source).filter(order_id=stream_id).order_by("version")
    return [_stored(entry) for entry in (entries if upto is None else entries.filter(version__lte=upto))]


def steps(projector: StreamProjector, events: Iterable[StoredEvent], first: int = 1) -> list[Step]:
    """Return what each of a stream's events from the version `first` on made of its row; `events` are all of them."""
    rows: dict[Any, Row] = {}
    found: list[Step] = []
    before: Row | None = None
    for stored in events:
        projector.fold(rows, [stored])
        if stored.version < first - 1:
            continue
        after = _copied(rows[stored.stream_id,])
        if stored.version >= first:
            found.append(Step(stored, before, after))
        before = after
    return found


def _copied(row: Row) -> Row:
    """Return a row that later events do not change: a projector changes entries of its lists, and nothing below."""
    return {name: [_entry(one) for one in value] if isinstance(value, list) else value for name, value in row.items()}


def _entry(one: Any) -> Any:
    return dict(one) if isinstance(one, dict) else one


def _stored(entry: TimelineEntry) -> StoredEvent:
    data = msgspec.json.encode(entry.data).decode()
    caused = (entry.command_id, entry.correlation_id, entry.causation_id)
    metadata = msgspec.json.encode(Metadata(*caused, entry.actor, entry.occurred_at)).decode()
    facts = (entry.event_type, entry.schema_version, data, metadata, entry.recorded_at)
    return event_store.from_row(entry.position, entry.order_id, entry.version, *facts)
