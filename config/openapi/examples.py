"""Believable bodies and answers, shown with what they are examples of."""

from typing import Any

Example = dict[str, Any]
ORDER = "01890a5d-ac96-774b-bcce-b302099a8057"
WHEN = "2026-11-21T09:30:00.123456Z"
ITEM = {"product_id": "tea", "name": "Darjeeling, 250 g", "quantity": 2, "unit_price": "6.50"}
ADDRESS = {
    "recipient": "Ada Lovelace",
    "line1": "12 St James Square",
    "city": "London",
    "postal_code": "SW1Y 4LE",
    "country": "United Kingdom",
}
OWN_ORDER = {"currency": "GBP", "items": [ITEM], "shipping_address": ADDRESS, "reference": "web-1815"}
NEW_ORDER = {"customer_id": "ada", **OWN_ORDER}
IRELAND = {"country": "Ireland"}
DRAFT: Example = {"customer_id": None, "currency": "EUR", "items": [], "shipping_address": IRELAND, "draft": True}
ADDED = {"product_id": "jam", "name": "Strawberry jam", "quantity": 1, "unit_price": "3.25"}
UNITS = [{"line": 1, "quantity": 2}]
PAYMENTS = {
    "authorization": {"kind": "authorization", "amount": "13.00", "reference": "pi_3Nq1"},
    "capture": {"kind": "capture", "amount": "13.00", "reference": "ch_3Nq2"},
    "void": {"kind": "void", "reference": "vo_3Nq3"},
    "failure": {"kind": "failure", "amount": "13.00", "reference": "pi_3Nq0", "reason": "insufficient funds"},
}
REFUND = {"amount": "6.50", "reference": "re_3Nq4", "reason": "one bag was torn"}
SHIPMENT = {"items": UNITS, "carrier": "Royal Mail", "tracking": "RM123456789GB"}
BATCH = {
    "results": [
        {"order_id": ORDER, "version": 1, "status": "created"},
        {
            "status": "refused",
            "problem": {
                "type": "/problems/invalid-input",
                "title": "The input is not valid",
                "status": 400,
                "detail": "Nothing was done; correct: currency.",
                "instance": "/api/orders/batch",
                "errors": [{"field": "currency", "detail": "This field is required."}],
            },
        },
    ],
    "stored": 1,
    "refused": 1,
}
LISTED = {
    "order_id": ORDER,
    "customer_id": "ada",
    "reference": "web-1815",
    "status": "paid",
    "order_status": "confirmed",
    "payment_status": "captured",
    "fulfillment_status": "unfulfilled",
    "currency": "GBP",
    "items": [{"line": 1, **ITEM, "discount": "0.00", "total": "13.00", "fulfilled": 0, "returned": 0}],
    "subtotal": "13.00",
    "discount": "0.00",
    "shipping_fee": "0.00",
    "total": "13.00",
    "authorised": "13.00",
    "captured": "13.00",
    "refunded": "0.00",
    "item_count": 1,
    "unit_count": 2,
    "shipping_address": ADDRESS,
    "payments": [
        {"kind": "authorization", "amount": "13.00", "reference": "pi_3Nq1", "reason": "", "at": WHEN},
        {"kind": "capture", "amount": "13.00", "reference": "ch_3Nq2", "reason": "", "at": WHEN},
    ],
    "fulfillments": [],
    "notes": [{"text": "Ring twice.", "actor": "ada's phone", "at": WHEN}],
    "cancel_reason": "",
    "hold_reason": "",
    "created_at": WHEN,
    "updated_at": WHEN,
    "confirmed_at": WHEN,
    "shipped_at": None,
    "delivered_at": None,
    "closed_at": None,
    "version": 5,
}
READ = {**LISTED, "stale": False}
PAGE = {
    "items": [LISTED],
    "total": 1,
    "total_is_exact": True,
    "page": 1,
    "page_size": 20,
    "total_pages": 1,
    "next": None,
    "previous": None,
    "stale": False,
}
_METADATA = {
    "actor": "ada's phone",
    "command_id": "01890a5d-ac96-774b-bcce-b302099a8058",
    "correlation_id": "01890a5d-ac96-774b-bcce-b302099a8059",
    "causation_id": None,
    "occurred_at": WHEN,
    "recorded_at": WHEN,
}
_NOTE_ADDED = {"version": 4, "event_type": "NoteAdded", "schema_version": 1, "data": {"text": "Ring twice."}}
TIMELINE = {
    "order_id": ORDER,
    "version": 4,
    "items": [{**_NOTE_ADDED, **_METADATA}],
    "next_after_version": None,
    "stale": False,
}
FEED = {
    "events": [{"order_id": ORDER, **_NOTE_ADDED, **_METADATA}],
    "next": "MTI3:kqfV0nCq1Yw",
    "has_more": False,
    "held": False,
    "stale": False,
}
CUSTOMER = {
    "customer_id": "ada",
    "currencies": [
        {
            "currency": "GBP",
            "orders": 3,
            "open_orders": 1,
            "cancelled_orders": 1,
            "expired_orders": 0,
            "refunded": "6.50",
            "lifetime_value": "32.50",
            "first_order_at": WHEN,
            "last_order_at": WHEN,
        }
    ],
    "stale": False,
}
DAILY_SALES = {
    "items": [
        {
            "day": "2026-11-21",
            "currency": "GBP",
            "country": "United Kingdom",
            "orders": 3,
            "cancelled_orders": 1,
            "units": 7,
            "returned_units": 1,
            "gross": "45.50",
            "cancelled": "6.50",
            "expired": "0.00",
            "refunded": "6.50",
            "net": "32.50",
        }
    ],
    "stale": False,
}
PRODUCT_SALES = {
    "items": [
        {
            "month": "2026-11",
            "product_id": "tea",
            "currency": "GBP",
            "name": "Darjeeling, 250 g",
            "units": 7,
            "orders": 3,
            "revenue": "45.50",
        }
    ],
    "stale": False,
}
PROJECTIONS = {
    "projections": [
        {
            "projection": "order_views",
            "partition": 0,
            "state": "active",
            "position": 127,
            "lag_seconds": 0.2,
            "objective_seconds": 2.0,
            "worker_silent_seconds": 0.2,
            "held_streams": 0,
            "held_seconds": 0.0,
            "drifted_rows": 0,
            "rebuild": "",
            "error": "",
            "paused_at": None,
            "sample": {"sampled_at": WHEN, "lag_events": 0, "lag_seconds": 0.0, "objective_held": True},
        }
    ],
    "stale": False,
}
CSV = "day,currency,country,orders,cancelled_orders,units,returned_units,gross,cancelled,expired,refunded,net\r\n"
