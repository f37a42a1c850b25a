"""A stream's row as it was at any of its versions, folded again from `order_timeline`: the log is not asked (law 7)."""

from datetime import datetime
from uuid import UUID

import msgspec

from gate.tokens import AUDITOR, CUSTOMER, OPERATOR
from orders_read.consistency import Progress, Wish, progress
from orders_read.models import OrderView, TimelineEntry
from orders_read.queries import GetOrderAsOf
from orders_write import event_codec
from orders_write.event_store import Metadata, StoredEvent
from projections.projector import Row, StreamProjector
from projections.registry import named
from projections.rows import READ


def get_order_as_of(query: GetOrderAsOf, wish: Wish, source: str) -> tuple[Progress, Row | None]:
    """Return how far the timeline has come, and the order as it was; None for one that the actor may not see."""
    [projector] = named([OrderView._meta.db_table])
    assert isinstance(projector, StreamProjector)
    came = progress(source, query.read_model, wish, query.order_id)
    if not _is_seen(query, source):
        return came.of_nothing(), None
    if query.as_of is not None:
        row = row_at_time(projector, query.order_id, query.as_of, source)
    else:
        row = row_at_version(projector, query.order_id, query.as_of_version or 0, source)
    return (came, row) if row else (came.of_nothing(), None)


def _is_seen(query: GetOrderAsOf, source: str) -> bool:
    """Tell whether the actor may see the order, before it is folded: the time of that would tell that it is there."""
    if query.actor.role != CUSTOMER:
        return query.actor.role in (OPERATOR, AUDITOR)
    first = TimelineEntry.objects.using(source).filter(order_id=query.order_id, version=1)
    return first.filter(data__customer_id=query.actor.customer_id).exists()


def row_at_version(projector: StreamProjector, stream_id: UUID, version: int, source: str = READ) -> Row | None:
    """Return the row that a projector makes of a stream's first `version` events, None where there are fewer."""
    entries = TimelineEntry.objects.using(source).filter(order_id=stream_id, version__lte=version).order_by("version")
    events = [_stored(entry) for entry in entries]
    return projector.fold({}, events)[stream_id,] if len(events) == version > 0 else None


def row_at_time(projector: StreamProjector, stream_id: UUID, at: datetime, source: str = READ) -> Row | None:
    """Return the row as it was at a moment, by when its events occurred; None where none had."""
    entries = TimelineEntry.objects.using(source).filter(order_id=stream_id, occurred_at__lte=at)
    version = entries.order_by("-version").values_list("version", flat=True).first()
    return row_at_version(projector, stream_id, version, source) if version else None


def _stored(entry: TimelineEntry) -> StoredEvent:
    data = msgspec.json.encode(entry.data)
    event = event_codec.decode(entry.event_type, entry.schema_version, data)
    caused = (entry.command_id, entry.correlation_id, entry.causation_id)
    metadata = msgspec.json.encode(Metadata(*caused, entry.actor, entry.occurred_at))
    facts = (entry.recorded_at, entry.event_type, entry.schema_version, data, metadata)
    return StoredEvent(entry.position, entry.order_id, entry.version, event, *facts)
