"""The columns of `order_views` that an answer is made of, and the rows as they come from the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from orders_read import reading

Row = dict[str, Any]

COLUMNS = (
    "order_id", "customer_id", "reference", "status", "order_status", "payment_status", "fulfillment_status",
    "currency", "items", "subtotal", "discount", "shipping_fee", "total", "authorised", "captured", "refunded",
    "item_count", "unit_count", "shipping_address", "payments", "fulfillments", "notes", "cancel_reason", "hold_reason",
    "created_at", "updated_at", "confirmed_at", "shipped_at", "delivered_at", "closed_at", "version",
)  # fmt: skip
AMOUNTS = ("subtotal", "discount", "shipping_fee", "total", "authorised", "captured", "refunded")
_DECODED, _SENT_AS_IT_IS = frozenset(("items", "payments")), frozenset(("shipping_address", "notes", "fulfillments"))
SELECTED = ", ".join(f"{name}::text" if name in AMOUNTS else name for name in COLUMNS)
_ORDERS = f"select {SELECTED} from order_views where order_id = any(%s)"
_decode = msgspec.json.Decoder().decode


def order_row(values: Sequence[Any]) -> Row:
    """Return one order by its columns' names; what is JSON is decoded only where something in it is to be changed."""
    row = dict(zip(COLUMNS, values, strict=True))
    for name in _DECODED:
        row[name] = _decode(row[name])
    for name in _SENT_AS_IT_IS:
        row[name] = msgspec.Raw(row[name].encode())
    return row


def orders(source: str, order_ids: Sequence[UUID]) -> list[Row]:
    """Return the orders of these ids, in the order of the ids."""
    if not order_ids:
        return []
    found = reading.fetch(source, _ORDERS, [list(order_ids)], prepared=True)
    by_id = {row["order_id"]: row for row in map(order_row, found)}
    return [by_id[order_id] for order_id in order_ids if order_id in by_id]
