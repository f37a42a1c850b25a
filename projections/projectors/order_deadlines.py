"""6 · `order_deadlines`: what each order waits for, and since when; projections/policies.py acts on it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from operator import attrgetter
from typing import Any, ClassVar

from orders_read.models import OrderDeadline
from orders_write.domain.ends import possible_end
from orders_write.domain.events import EVENT_TYPES, Event, OrderCreated
from orders_write.event_store import StoredEvent
from orders_write.ids import event_id
from projections.projector import Change, Row, StreamProjector

_STATES = ("order_status", "payment_status", "fulfillment_status")
_BEGINNING = {"payment_status": "none", "fulfillment_status": "unfulfilled"}
_NO_CLOCK = dict.fromkeys(("since", "event_id", "correlation_id"))


def _carried(event_type: type[Event]) -> list[str]:
    """Return what of the row an event carries; nothing where it says no state."""
    says_state = any(name in _STATES for name in event_type.__struct_fields__)
    return [name for name in (*_STATES, "total") if says_state and name in event_type.__struct_fields__]


def _changed(carried: list[str]) -> Change:
    """Return the change that takes over what an event carries, and starts the clock anew."""
    values_of = attrgetter(*carried, "schema_version", "schema_version")  # two or more: always a tuple

    def changed(row: Row, event: Event, stored: StoredEvent) -> None:
        row.update(zip(carried, values_of(event), strict=False))
        row["awaits"] = possible_end(
            row["order_status"], row["payment_status"], row["fulfillment_status"], row["total"]
        )
        row.update(_clock(stored) if row["awaits"] else _NO_CLOCK)

    return changed


def _clock(stored: StoredEvent) -> dict[str, Any]:
    return {
        "since": stored.recorded_at,
        "event_id": event_id(stored.stream_id, stored.version),
        "correlation_id": stored.metadata.correlation_id,
    }


def _first(change: Change) -> Change:
    def created(row: Row, event: Event, stored: StoredEvent) -> None:
        row.update(_BEGINNING, order_id=stored.stream_id)
        change(row, event, stored)

    return created


_CHANGES: Mapping[type[Event], Callable[..., None]] = {
    event_type: _changed(carried) for event_type in EVENT_TYPES if (carried := _carried(event_type))
}


class OrderDeadlines(StreamProjector):
    """One row per order."""

    name = "order_deadlines"
    model = OrderDeadline
    lag_objective = timedelta(seconds=30)
    changes: ClassVar[Mapping[type[Event], Change]] = {
        **_CHANGES,
        OrderCreated: _first(_CHANGES[OrderCreated]),
    }
