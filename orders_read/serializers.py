"""How an order looks in an answer: amounts as exact decimal strings, times in UTC."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from iso4217 import Currency

from orders_read.handlers import Page
from orders_read.models import OrderView


def order_body(order: OrderView) -> dict[str, Any]:
    """Return the body of one order."""
    return {
        "order_id": str(order.order_id),
        "customer_id": order.customer_id,
        "reference": order.reference,
        "status": order.status,
        "currency": order.currency,
        "items": [_item(item, order.currency) for item in order.items],
        "total": amount(order.total, order.currency),
        "item_count": order.item_count,
        "unit_count": order.unit_count,
        "shipping_address": order.shipping_address,
        "cancel_reason": order.cancel_reason,
        "created_at": _time(order.created_at),
        "updated_at": _time(order.updated_at),
        "shipped_at": _time(order.shipped_at),
        "version": order.version,
    }


def page_body(page: Page) -> dict[str, Any]:
    """Return the body of a page of orders."""
    return {
        "items": [order_body(order) for order in page.orders],
        "total": page.total,
        "page": page.page,
        "page_size": page.page_size,
        "total_pages": page.total_pages,
    }


def amount(value: Decimal, currency: str) -> str:
    """Return an amount as people write it: all of its digits, and at least the currency's own decimals."""
    digits = f"{value:f}"
    whole, _, decimals = digits.partition(".")
    decimals = decimals.rstrip("0").ljust(Currency(currency).exponent or 0, "0")
    return f"{whole}.{decimals}" if decimals else whole


def _item(item: dict[str, Any], currency: str) -> dict[str, Any]:
    amounts = {name: amount(Decimal(item[name]), currency) for name in ("unit_price", "total")}
    return item | amounts


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
