"""6 · `customer_summaries`: what each customer has ordered, by currency."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from orders_read.models import CustomerSummary
from orders_write.domain import events
from orders_write.domain.events import Event
from orders_write.domain.facts import CalledOff, Reported, Repriced
from orders_write.event_store import StoredEvent
from projections.projector import ADD, EARLIEST, LATEST, Addition, Amounts, Merge, Row, TotalsProjector


def _created(event: events.OrderCreated, stored: StoredEvent) -> Amounts:
    at = stored.occurred_at
    counted: Row = {"orders": 1, "open_orders": 1, "lifetime_value": event.total}
    return _of_customer(event, counted | {"first_order_at": at, "last_order_at": at})


def _repriced(event: Repriced, stored: StoredEvent) -> Amounts:
    return _of_customer(event, {"lifetime_value": event.total_change})


def _called_off(column: str) -> Addition:
    def added(event: CalledOff, stored: StoredEvent) -> Amounts:
        return _of_customer(event, {"open_orders": -1, column: 1, "lifetime_value": -event.worth})

    return added


def _closed(event: events.OrderClosed, stored: StoredEvent) -> Amounts:
    return _of_customer(event, {"open_orders": -1})


def _refunded(event: events.RefundIssued, stored: StoredEvent) -> Amounts:
    return _of_customer(event, {"refunded": event.amount, "lifetime_value": -event.amount})


def _of_customer(event: events.OrderCreated | Reported, added: Row) -> Amounts:
    """Return what is added to the customer's row; a guest has none."""
    return [((event.customer_id, event.currency), added)] if event.customer_id is not None else []


class CustomerSummaries(TotalsProjector):
    """One row per customer and currency."""

    name = "customer_summaries"
    version = 2
    model = CustomerSummary
    lag_objective = timedelta(seconds=5)
    additions: ClassVar[Mapping[type[Event], Addition]] = {
        events.OrderCreated: _created,
        events.OrderItemAdded: _repriced,
        events.ItemQuantityChanged: _repriced,
        events.OrderItemRemoved: _repriced,
        events.DiscountApplied: _repriced,
        events.ShippingFeeSet: _repriced,
        events.OrderCancelled: _called_off("cancelled_orders"),
        events.OrderExpired: _called_off("expired_orders"),
        events.OrderClosed: _closed,
        events.RefundIssued: _refunded,
    }
    merges: ClassVar[Mapping[str, Merge]] = {
        "orders": ADD,
        "open_orders": ADD,
        "cancelled_orders": ADD,
        "expired_orders": ADD,
        "lifetime_value": ADD,
        "refunded": ADD,
        "first_order_at": EARLIEST,
        "last_order_at": LATEST,
    }
