"""6 · `customer_summaries`: what each customer has ordered, by currency."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from orders_read.models import CustomerSummary
from orders_write.domain.events import Event, OrderCancelled, OrderCreated, OrderItemAdded
from orders_write.event_store import StoredEvent
from projections.projector import ADD, EARLIEST, LATEST, Addition, Amounts, Merge, Row, TotalsProjector

Fact = OrderCreated | OrderItemAdded | OrderCancelled


def _created(event: OrderCreated, stored: StoredEvent) -> Amounts:
    at = stored.occurred_at
    counted: Row = {"orders": 1, "open_orders": 1, "lifetime_value": event.total}
    return _of_customer(event, counted | {"first_order_at": at, "last_order_at": at})


def _item_added(event: OrderItemAdded, stored: StoredEvent) -> Amounts:
    return _of_customer(event, {"lifetime_value": event.line.total})


def _cancelled(event: OrderCancelled, stored: StoredEvent) -> Amounts:
    return _of_customer(event, {"open_orders": -1, "cancelled_orders": 1, "lifetime_value": -event.total})


def _of_customer(event: Fact, added: Row) -> Amounts:
    """Return what is added to the customer's row; a guest has none."""
    return [((event.customer_id, event.currency), added)] if event.customer_id is not None else []


class CustomerSummaries(TotalsProjector):
    """One row per customer and currency."""

    name = "customer_summaries"
    model = CustomerSummary
    lag_objective = timedelta(seconds=5)
    additions: ClassVar[Mapping[type[Event], Addition]] = {
        OrderCreated: _created,
        OrderItemAdded: _item_added,
        OrderCancelled: _cancelled,
    }
    merges: ClassVar[Mapping[str, Merge]] = {
        "orders": ADD,
        "open_orders": ADD,
        "cancelled_orders": ADD,
        "lifetime_value": ADD,
        "first_order_at": EARLIEST,
        "last_order_at": LATEST,
    }
