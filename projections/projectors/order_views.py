"""6 · `order_views`: each order as readers see it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec

from orders_read.models import OrderView
from orders_write.domain import events
from orders_write.domain.events import Event
from orders_write.domain.values import NOTHING
from orders_write.event_store import StoredEvent
from projections import order_lines
from projections.projector import Change, Row, StreamProjector

# What an event says of the order under a column's name is what the column holds.
_CARRIED = frozenset({
    "order_status", "payment_status", "fulfillment_status",
    "subtotal", "discount", "shipping_fee", "total", "authorised", "captured", "refunded",
})  # fmt: skip
# What an order is of which nothing has been paid, shipped, held or cancelled yet.
_UNTOUCHED = {
    **dict.fromkeys(("discount", "shipping_fee", "authorised", "captured", "refunded"), NOTHING),
    **dict.fromkeys(("confirmed_at", "shipped_at", "delivered_at", "closed_at")),
    **dict.fromkeys(("cancel_reason", "hold_reason"), ""),
    "payment_status": "none",
    "fulfillment_status": "unfulfilled",
}
# What a confirmed order shows itself as, by how far it is shipped; else by whether it is paid.
_SHOWN = {
    "on_hold": "on_hold",
    "returned": "returned",
    "partly_returned": "partly_returned",
    "delivered": "delivered",
    "fulfilled": "shipped",
    "partly_fulfilled": "partly_shipped",
}


def _created(row: Row, event: events.OrderCreated, stored: StoredEvent) -> None:
    row.update(
        _UNTOUCHED,
        order_id=stored.stream_id,
        customer_id=event.customer_id,
        reference=event.reference,
        currency=event.currency,
        items=[order_lines.item(line) for line in event.lines],
        subtotal=event.total,
        unit_count=sum([line.quantity for line in event.lines]),
        notes=[],
        payments=[],
        fulfillments=[],
        created_at=stored.occurred_at,
    )
    order_lines.go_to(row, event.shipping_address)
    order_lines.index(row)


def _item_added(row: Row, event: events.OrderItemAdded, stored: StoredEvent) -> None:
    order_lines.append(row, event.line)


def _quantity_changed(row: Row, event: events.ItemQuantityChanged, stored: StoredEvent) -> None:
    order_lines.change(row, event.line)
    row["unit_count"] += event.quantity_change


def _item_removed(row: Row, event: events.OrderItemRemoved, stored: StoredEvent) -> None:
    order_lines.remove(row, event.line)


def _discount_applied(row: Row, event: events.DiscountApplied, stored: StoredEvent) -> None:
    if event.line is not None:
        order_lines.change(row, event.line)


def _address_set(row: Row, event: events.ShippingAddressSet, stored: StoredEvent) -> None:
    order_lines.go_to(row, event.shipping_address)
    order_lines.index(row)


def _note_added(row: Row, event: events.NoteAdded, stored: StoredEvent) -> None:
    row["notes"].append({"text": event.text, "actor": stored.metadata.actor, "at": _at(stored)})


def _confirmed(row: Row, event: events.OrderConfirmed, stored: StoredEvent) -> None:
    row["confirmed_at"] = stored.occurred_at


def _payment(kind: str) -> Change:
    def recorded(row: Row, event: Any, stored: StoredEvent) -> None:
        said = {"amount": str(event.amount), "reference": event.reference, "reason": getattr(event, "reason", "")}
        row["payments"].append({"kind": kind, **said, "at": _at(stored)})

    return recorded


def _fulfilled(row: Row, event: events.ItemsFulfilled, stored: StoredEvent) -> None:
    order_lines.count(row, "fulfilled", event.items, 1)
    row["fulfillments"].append(
        {
            "fulfillment": event.fulfillment,
            "status": "shipped",
            "items": [msgspec.to_builtins(item) for item in event.items],
            "carrier": event.carrier,
            "tracking": event.tracking,
            "shipped_at": _at(stored),
            "delivered_at": None,
            "reason": "",
        }
    )
    row["shipped_at"] = stored.occurred_at


def _tracking_updated(row: Row, event: events.TrackingUpdated, stored: StoredEvent) -> None:
    _fulfillment(row, event.fulfillment).update(carrier=event.carrier, tracking=event.tracking)


def _delivered(row: Row, event: events.FulfillmentDelivered, stored: StoredEvent) -> None:
    _fulfillment(row, event.fulfillment).update(status="delivered", delivered_at=_at(stored))
    row["delivered_at"] = stored.occurred_at


def _taken_back(row: Row, event: events.FulfillmentCancelled, stored: StoredEvent) -> None:
    order_lines.count(row, "fulfilled", event.items, -1)
    _fulfillment(row, event.fulfillment).update(status="cancelled", reason=event.reason)
    standing = [one["shipped_at"] for one in row["fulfillments"] if one["status"] != "cancelled"]
    row["shipped_at"] = datetime.fromisoformat(standing[-1]) if standing else None


def _held(row: Row, event: events.FulfillmentHeld, stored: StoredEvent) -> None:
    row["hold_reason"] = event.reason


def _released(row: Row, event: Event, stored: StoredEvent) -> None:
    row["hold_reason"] = ""


def _cancelled(row: Row, event: events.OrderCancelled, stored: StoredEvent) -> None:
    row["hold_reason"] = ""
    row["cancel_reason"] = event.reason


def _closed(row: Row, event: events.OrderClosed, stored: StoredEvent) -> None:
    row["closed_at"] = stored.occurred_at


def _returned(row: Row, event: events.ItemsReturned, stored: StoredEvent) -> None:
    order_lines.count(row, "returned", event.items, 1)


def _nothing_else(row: Row, event: Event, stored: StoredEvent) -> None:
    """Change nothing but what the event carries."""


def _fulfillment(row: Row, number: int) -> dict[str, Any]:
    found: dict[str, Any] = row["fulfillments"][number - 1]
    return found


def _at(stored: StoredEvent) -> Any:
    """Return the time of an event as JSON has it."""
    return msgspec.to_builtins(stored.occurred_at)


def _status(row: Row) -> str:
    """Return the one word in which an order is shown."""
    if row["order_status"] != "confirmed":
        return str(row["order_status"])
    return _SHOWN.get(row["fulfillment_status"]) or ("paid" if row["payment_status"] == "captured" else "confirmed")


def _settled(event_type: type[Event], change: Change) -> Change:
    """Return a change after which the row also has what the event carries, its display status and its time."""
    carried = [name for name in event_type.__struct_fields__ if name in _CARRIED]
    has_state = any(name.endswith("_status") for name in carried)

    def changed(row: Row, event: Event, stored: StoredEvent) -> None:
        change(row, event, stored)
        for name in carried:
            row[name] = getattr(event, name)
        row["updated_at"] = stored.occurred_at
        if has_state:
            row["status"] = _status(row)

    return changed


_CHANGES: Mapping[type[Event], Callable[..., None]] = {
    events.OrderCreated: _created,
    events.OrderItemAdded: _item_added,
    events.ItemQuantityChanged: _quantity_changed,
    events.OrderItemRemoved: _item_removed,
    events.DiscountApplied: _discount_applied,
    events.ShippingFeeSet: _nothing_else,
    events.ShippingAddressSet: _address_set,
    events.NoteAdded: _note_added,
    events.OrderConfirmed: _confirmed,
    events.PaymentAuthorized: _payment("authorization"),
    events.PaymentCaptured: _payment("capture"),
    events.PaymentVoided: _payment("void"),
    events.PaymentFailed: _payment("failure"),
    events.ItemsFulfilled: _fulfilled,
    events.TrackingUpdated: _tracking_updated,
    events.FulfillmentDelivered: _delivered,
    events.FulfillmentCancelled: _taken_back,
    events.FulfillmentHeld: _held,
    events.HoldReleased: _released,
    events.OrderCancelled: _cancelled,
    events.OrderExpired: _released,
    events.OrderClosed: _closed,
    events.ItemsReturned: _returned,
    events.RefundIssued: _payment("refund"),
}


class OrderViews(StreamProjector):
    """One row per order."""

    name = "order_views"
    version = 3
    model = OrderView
    lag_objective = timedelta(seconds=2)
    urgent = True
    changes: ClassVar[Mapping[type[Event], Change]] = {
        event_type: _settled(event_type, change) for event_type, change in _CHANGES.items()
    }
