"""6 · `daily_sales`: what was sold and called off on each day, by currency and country."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import ClassVar

from orders_read.models import DailySales as DailySalesRow
from orders_write.domain.events import Event, OrderCancelled, OrderCreated, OrderItemAdded
from orders_write.event_store import StoredEvent
from projections.projector import ADD, Addition, Amounts, Merge, Row, TotalsProjector


def _created(event: OrderCreated, stored: StoredEvent) -> Amounts:
    units = sum(line.quantity for line in event.lines)
    added: Row = {"orders": 1, "units": units, "gross": event.total}
    return _on_day(stored, event.currency, event.shipping_address.country, added)


def _item_added(event: OrderItemAdded, stored: StoredEvent) -> Amounts:
    added: Row = {"units": event.line.quantity, "gross": event.line.total}
    return _on_day(stored, event.currency, event.country, added)


def _cancelled(event: OrderCancelled, stored: StoredEvent) -> Amounts:
    return _on_day(stored, event.currency, event.country, {"cancelled_orders": 1, "cancelled": event.total})


def _on_day(stored: StoredEvent, currency: str, country: str, added: Row) -> Amounts:
    day = stored.occurred_at.astimezone(UTC).date()
    return [((day, currency, country), added)]


class DailySales(TotalsProjector):
    """One row per day of occurrence (UTC), currency and country; its `net` is the database's."""

    name = "daily_sales"
    model = DailySalesRow
    lag_objective = timedelta(seconds=10)
    additions: ClassVar[Mapping[type[Event], Addition]] = {
        OrderCreated: _created,
        OrderItemAdded: _item_added,
        OrderCancelled: _cancelled,
    }
    merges: ClassVar[Mapping[str, Merge]] = dict.fromkeys(
        ("orders", "cancelled_orders", "units", "gross", "cancelled"), ADD
    )
