"""6 · `order_views`: each order as readers see it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

import msgspec

from orders_read.models import OrderView
from orders_write.domain.events import Event, OrderCancelled, OrderCreated, OrderItemAdded
from orders_write.domain.values import OrderLine
from orders_write.event_store import StoredEvent
from projections.projector import Change, Row, StreamProjector


def _created(row: Row, event: OrderCreated, stored: StoredEvent) -> None:
    address: dict[str, str] = msgspec.to_builtins(event.shipping_address)
    row.update(
        order_id=stored.stream_id,
        customer_id=event.customer_id,
        reference=event.reference,
        status="placed",
        currency=event.currency,
        items=[_item(line) for line in event.lines],
        total=event.total,
        item_count=len(event.lines),
        unit_count=sum(line.quantity for line in event.lines),
        shipping_address=address,
        country=event.shipping_address.country,
        cancel_reason="",
        created_at=(at := stored.occurred_at),
        updated_at=at,
        shipped_at=None,
        search_text=_search_text(event, address),
    )


def _item_added(row: Row, event: OrderItemAdded, stored: StoredEvent) -> None:
    row["items"].append(_item(event.line))
    row["total"] = event.total
    row["item_count"] += 1
    row["unit_count"] += event.line.quantity
    row["updated_at"] = stored.occurred_at
    row["search_text"] += f" {_words(event.line)}"


def _cancelled(row: Row, event: OrderCancelled, stored: StoredEvent) -> None:
    row["status"] = "cancelled"
    row["cancel_reason"] = event.reason
    row["updated_at"] = stored.occurred_at


def _item(line: OrderLine) -> dict[str, Any]:
    return {
        "line": line.line,
        "product_id": line.product_id,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": str(line.unit_price),
        "total": str(line.total),
    }


def _search_text(event: OrderCreated, address: Mapping[str, str]) -> str:
    """Return what an order is found by, but for its id: PostgreSQL would take a UUID for seven odd words."""
    words = [event.reference or "", event.customer_id or "", *address.values()]
    return " ".join(filter(None, (*words, *map(_words, event.lines))))


def _words(line: OrderLine) -> str:
    """Return what a line is found by; PostgreSQL takes `BLUE/CREAM` for one word, so its parts stand there too."""
    text = f"{line.product_id} {line.name}"
    return f"{text} {line.name.replace('/', ' ')}" if "/" in line.name else text


class OrderViews(StreamProjector):
    """One row per order."""

    name = "order_views"
    version = 2
    model = OrderView
    lag_objective = timedelta(seconds=2)
    urgent = True
    changes: ClassVar[Mapping[type[Event], Change]] = {
        OrderCreated: _created,
        OrderItemAdded: _item_added,
        OrderCancelled: _cancelled,
    }
