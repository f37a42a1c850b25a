"""6 · `product_sales`: what each product brought in each month, by currency."""

from collections.abc import Iterable, Mapping
from datetime import UTC, timedelta
from typing import ClassVar

from orders_read.models import ProductSales as ProductSalesRow
from orders_write.domain.events import Event, OrderCancelled, OrderCreated, OrderItemAdded
from orders_write.domain.values import OrderLine
from orders_write.event_store import StoredEvent
from projections.projector import ADD, LATEST, Addition, Amounts, Key, Merge, Row, TotalsProjector, newest_by


def _created(event: OrderCreated, stored: StoredEvent) -> Amounts:
    return _sold(stored, event.currency, event.lines)


def _item_added(event: OrderItemAdded, stored: StoredEvent) -> Amounts:
    [(key, row)] = _sold(stored, event.currency, [event.line])
    return [(key, row | {"orders": int(event.first_of_product)})]


def _cancelled(event: OrderCancelled, stored: StoredEvent) -> Amounts:
    taken_back = _sold(stored, event.currency, event.lines)
    return [(key, row | {part: -row[part] for part in ("units", "revenue", "orders")}) for key, row in taken_back]


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
    model = ProductSalesRow
    lag_objective = timedelta(seconds=10)
    additions: ClassVar[Mapping[type[Event], Addition]] = {
        OrderCreated: _created,
        OrderItemAdded: _item_added,
        OrderCancelled: _cancelled,
    }
    merges: ClassVar[Mapping[str, Merge]] = {
        "units": ADD,
        "revenue": ADD,
        "orders": ADD,
        "name": newest_by("named_at"),
        "named_at": LATEST,
    }
