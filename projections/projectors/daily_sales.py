"""6 · `daily_sales`: what was sold, called off, returned and refunded on each day, by currency and country."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import ClassVar

from orders_read.models import DailySales as DailySalesRow
from orders_write.domain import events
from orders_write.domain.events import Event
from orders_write.domain.facts import CalledOff, Reported, Repriced
from orders_write.event_store import StoredEvent
from projections.projector import ADD, Addition, Amounts, Key, Merge, Row, TotalsProjector


def _created(event: events.OrderCreated, stored: StoredEvent) -> Amounts:
    units = sum(line.quantity for line in event.lines)
    added: Row = {"orders": 1, "units": units, "gross": event.total}
    return [(_key(stored, event.currency, event.shipping_address.country), added)]


def _item_added(event: events.OrderItemAdded, stored: StoredEvent) -> Amounts:
    return _on_day(event, stored, {"units": event.line.quantity, "gross": event.total_change})


def _quantity_changed(event: events.ItemQuantityChanged, stored: StoredEvent) -> Amounts:
    return _on_day(event, stored, {"units": event.quantity_change, "gross": event.total_change})


def _item_removed(event: events.OrderItemRemoved, stored: StoredEvent) -> Amounts:
    return _on_day(event, stored, {"units": -event.line.quantity, "gross": event.total_change})


def _repriced(event: Repriced, stored: StoredEvent) -> Amounts:
    return _on_day(event, stored, {"gross": event.total_change})


def _moved(event: events.ShippingAddressSet, stored: StoredEvent) -> Amounts:
    """Take the order out of one country and put it into another; it may be the same."""
    here: Row = {"orders": 1, "units": event.units, "gross": event.total, "refunded": event.refunded}
    there: Row = {column: -value for column, value in here.items()}
    if event.country == event.previous_country:
        return []
    return [*_on_day(event, stored, here), (_key(stored, event.currency, event.previous_country), there)]


def _cancelled(event: CalledOff, stored: StoredEvent) -> Amounts:
    return _on_day(event, stored, {"cancelled_orders": 1, "cancelled": event.worth})


def _expired(event: CalledOff, stored: StoredEvent) -> Amounts:
    return _on_day(event, stored, {"cancelled": event.worth, "expired": event.worth})


def _returned(event: events.ItemsReturned, stored: StoredEvent) -> Amounts:
    return _on_day(event, stored, {"returned_units": event.units})


def _refunded(event: events.RefundIssued, stored: StoredEvent) -> Amounts:
    return _on_day(event, stored, {"refunded": event.amount})


def _on_day(event: Reported, stored: StoredEvent, added: Row) -> list[tuple[Key, Row]]:
    return [(_key(stored, event.currency, event.country), added)]


def _key(stored: StoredEvent, currency: str, country: str) -> Key:
    return stored.occurred_at.astimezone(UTC).date(), currency, country


class DailySales(TotalsProjector):
    """One row per day of occurrence (UTC), currency and country; its `net` is the database's."""

    name = "daily_sales"
    version = 2
    model = DailySalesRow
    lag_objective = timedelta(seconds=10)
    additions: ClassVar[Mapping[type[Event], Addition]] = {
        events.OrderCreated: _created,
        events.OrderItemAdded: _item_added,
        events.ItemQuantityChanged: _quantity_changed,
        events.OrderItemRemoved: _item_removed,
        events.DiscountApplied: _repriced,
        events.ShippingFeeSet: _repriced,
        events.ShippingAddressSet: _moved,
        events.OrderCancelled: _cancelled,
        events.OrderExpired: _expired,
        events.ItemsReturned: _returned,
        events.RefundIssued: _refunded,
    }
    merges: ClassVar[Mapping[str, Merge]] = dict.fromkeys(
        ("orders", "cancelled_orders", "units", "returned_units", "gross", "cancelled", "expired", "refunded"), ADD
    )
