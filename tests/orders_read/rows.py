"""Rows of `order_views` as tests of lists need them: many, each different, written straight into the read database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from orders_read.models import OrderView

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATUSES = ("placed", "paid", "shipped", "cancelled")
PAYMENTS = ("none", "authorised", "captured")
COUNTRIES = ("United Kingdom", "Japan", "Bahrain", "EIRE", "France")
GOODS = ("tea", "jam", "scone", "teapot")
NOTHING = Decimal(0)


def view(number: int, **changes: Any) -> OrderView:
    """The `number`th order: every third is of the same moment as the one before."""
    at = NOON + timedelta(hours=number - (number % 3 == 2))
    goods = [GOODS[number % 4], GOODS[number % 3]]
    amounts = dict.fromkeys(("discount", "shipping_fee", "authorised", "captured", "refunded"), NOTHING)
    total = Decimal(number * 7 % 10)
    facts: dict[str, Any] = {
        "order_id": UUID(int=(0x0190 << 112) + number * 7919 % 10_007),
        "customer_id": f"customer-{number % 4}",
        "status": STATUSES[number % 4],
        "order_status": "cancelled" if number % 4 == 3 else "confirmed",
        "payment_status": PAYMENTS[number % 3],
        "fulfillment_status": "fulfilled" if number % 4 == 2 else "unfulfilled",
        "currency": "JPY" if number % 5 == 1 else "GBP",
        "items": [], "payments": [], "fulfillments": [], "notes": [],
        "product_ids": sorted(set(goods)),
        "subtotal": total, "total": total, "item_count": 0, "unit_count": 0,
        "shipping_address": {"country": COUNTRIES[number % 5]}, "country": COUNTRIES[number % 5],
        "cancel_reason": "", "hold_reason": "",
        "created_at": at, "updated_at": at + timedelta(hours=number * 5 % 11),
        "version": 1, "search_text": " ".join([*goods, COUNTRIES[number % 5]]),
    }  # fmt: skip
    return OrderView(**(facts | amounts | changes))


def write(count: int = 60) -> list[OrderView]:
    """Write orders, and return them."""
    views = [view(number) for number in range(count)]
    OrderView.objects.using("read").bulk_create(views)
    return views
