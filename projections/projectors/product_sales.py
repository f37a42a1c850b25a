"""6 · `product_sales`: what each product brought in each month, by currency."""

from collections.abc import Iterable, Mapping
from datetime import UTC, timedelta
from typing import ClassVar

from orders_read.models import ProductSales as ProductSalesRow
from orders_write.domain import events
from orders_write.domain.events import Event
from orders_write.domain.facts import CalledOff
from orders_write.domain.values import OrderLine
from orders_write.event_store import StoredEvent
from projections.projector import ADD, LATEST, Addition, Amounts, Key, Merge, Row, TotalsProjector, newest_by


def _created(event: events.OrderCreated, stored: StoredEvent) -> Amounts:
    return _sold(stored, event.currency, event.lines)


def _item_added(event: events.OrderItemAdded, stored: StoredEvent) -> Amounts:
    [(key, row)] = _sold(stored, event.currency, [event.line])
    return [(key, row | {"orders": int(event.first_of_product)})]


def _quantity_changed(event: events.ItemQuantityChanged, stored: StoredEvent) -> Amounts:
    [(key, row)] = _sold(stored, event.currency, [event.line])
    return [(key, row | {"units": event.quantity_change, "revenue": event.line_total_change, "orders": 0})]


def _item_removed(event: events.OrderItemRemoved, stored: StoredEvent) -> Amounts:
    [(key, row)] = _taken_back(_sold(stored, event.currency, [event.line]))
    return [(key, row | {"orders": -int(event.last_of_product)})]


def _discounted(event: events.DiscountApplied, stored: StoredEvent) -> Amounts:
    """A discount of the order is none of its products'."""
    sold = _sold(stored, event.currency, [event.line]) if event.line else []
    return [(key, row | {"units": 0, "revenue": event.line_total_change, "orders": 0}) for key, row in sold]


def _called_off(event: CalledOff, stored: StoredEvent) -> Amounts:
    return _taken_back(_sold(stored, event.currency, event.lines))


def _taken_back(sold: list[tuple[Key, Row]]) -> list[tuple[Key, Row]]:
    return [(key, row | {part: -row[part] for part in ("units", "revenue", "orders")}) for key, row in sold]


def _sold(stored: StoredEvent, currency: str, lines: Iterable[OrderLine]) -> list[tuple[Key, Row]]:
    """Return what the lines of one order add to the month, product by product."""
    at = stored.occurred_at
    month = at.astimezone(UTC).date().replace(day=1)
    sold: dict[Key, Row] = {}
    for line in lines:
        row = sold.setdefault((month, line.product_id, currency), {"units": 0, "revenue": 0, "orders": 1})
        row["units"] += line.quantity
        row["revenue"] += line.total
        row |= {"name": line.name, "named_at": at}
    return list(sold.items())


class ProductSales(TotalsProjector):
    """One row per month of occurrence (UTC), product and currency."""

    name = "product_sales"
    version = 2
    model = ProductSalesRow
    lag_objective = timedelta(seconds=10)
    additions: ClassVar[Mapping[type[Event], Addition]] = {
        events.OrderCreated: _created,
        events.OrderItemAdded: _item_added,
        events.ItemQuantityChanged: _quantity_changed,
        events.OrderItemRemoved: _item_removed,
        events.DiscountApplied: _discounted,
        events.OrderCancelled: _called_off,
        events.OrderExpired: _called_off,
    }
    merges: ClassVar[Mapping[str, Merge]] = {
        "units": ADD,
        "revenue": ADD,
        "orders": ADD,
        "name": newest_by("named_at"),
        "named_at": LATEST,
    }
