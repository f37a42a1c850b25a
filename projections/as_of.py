"""A stream's row as it was at any of its versions, folded again from `order_timeline`: the log is not asked (law 7)."""

from datetime import datetime
from uuid import UUID

import msgspec

from orders_read.models import TimelineEntry
from orders_write import event_codec
from orders_write.event_store import Metadata, StoredEvent
from projections.projector import Row, StreamProjector
from projections.rows import READ


def row_at_version(projector: StreamProjector, stream_id: UUID, version: int) -> Row | None:
    """Return the row that a projector makes of a stream's first `version` events, None where there are fewer."""
    entries = TimelineEntry.objects.using(READ).filter(order_id=stream_id, version__lte=version).order_by("version")
    events = [_stored(entry) for entry in entries]
    return projector.fold({}, events)[stream_id,] if len(events) == version > 0 else None


def row_at_time(projector: StreamProjector, stream_id: UUID, at: datetime) -> Row | None:
    """Return the row as it was at a moment, by when its events occurred; None where none had."""
    entries = TimelineEntry.objects.using(READ).filter(order_id=stream_id, occurred_at__lte=at)
    version = entries.order_by("-version").values_list("version", flat=True).first()
    return row_at_version(projector, stream_id, version) if version else None


def _stored(entry: TimelineEntry) -> StoredEvent:
    data = msgspec.json.encode(entry.data)
    event = event_codec.decode(entry.event_type, entry.schema_version, data)
    caused = (entry.command_id, entry.correlation_id, entry.causation_id)
    metadata = msgspec.json.encode(Metadata(*caused, entry.actor, entry.occurred_at))
    facts = (entry.recorded_at, entry.event_type, entry.schema_version, data, metadata)
    return StoredEvent(entry.position, entry.order_id, entry.version, event, *facts)
