"""6 · `order_timeline`: everything that happened to each order, and who did it."""

from datetime import timedelta

from orders_read.models import TimelineEntry
from orders_write.event_store import StoredEvent
from projections.projector import EntryProjector, Row


class OrderTimeline(EntryProjector):
    """One row per event, with the event's JSON as the log holds it."""

    name = "order_timeline"
    model = TimelineEntry
    lag_objective = timedelta(seconds=2)

    def entry(self, stored: StoredEvent) -> Row:
        """Return an event's row."""
        metadata = stored.metadata
        return {
            "order_id": stored.stream_id,
            "version": stored.version,
            "position": stored.position,
            "event_type": stored.event_type,
            "schema_version": stored.schema_version,
            "data": stored.data,
            "actor": metadata.actor,
            "command_id": metadata.command_id,
            "correlation_id": metadata.correlation_id,
            "causation_id": metadata.causation_id,
            "occurred_at": metadata.occurred_at,
            "recorded_at": stored.recorded_at,
        }
