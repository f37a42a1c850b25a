"""GET /api/orders/{id}: one order, every field of it."""

from uuid import UUID

import pytest

from orders_read.queries import GetOrderById
from orders_read.query_bus import ask
from tests.builders import AN_OPERATOR
from tests.orders_read.conftest import ADA_CANCELLED, ADA_TEA, GRACE_BOWLS, GUEST_PEARLS

UNKNOWN = UUID("01900000-0000-7000-8000-00000000ffff")

# Of an order to which nothing happened but that it was placed, and put together.
JUST_PLACED = {
    "order_status": "placed",
    "payment_status": "none",
    "fulfillment_status": "unfulfilled",
    "authorised": "0.00",
    "captured": "0.00",
    "refunded": "0.00",
    "discount": "0.00",
    "shipping_fee": "0.00",
    "payments": [],
    "fulfillments": [],
    "notes": [],
    "hold_reason": "",
    "confirmed_at": None,
    "delivered_at": None,
    "closed_at": None,
}
JUST_ORDERED = {"discount": "0.00", "fulfilled": 0, "returned": 0}
ADA_TEA_BODY = JUST_PLACED | {
    "order_id": str(ADA_TEA),
    "customer_id": "ada",
    "reference": "536365",
    "status": "placed",
    "currency": "GBP",
    "items": [
        {
            "line": 1,
            "product_id": "85123A",
            "name": "Darjeeling tea",
            "quantity": 2,
            "unit_price": "3.50",
            "total": "7.00",
            **JUST_ORDERED,
        },
        {
            "line": 2,
            "product_id": "JAM-1",
            "name": "Strawberry jam",
            "quantity": 3,
            "unit_price": "0.125",
            "total": "0.375",
            **JUST_ORDERED,
        },
    ],
    "subtotal": "7.375",
    "total": "7.375",
    "item_count": 2,
    "unit_count": 5,
    "shipping_address": {
        "country": "United Kingdom",
        "recipient": "Ada Byron",
        "line1": "1 Mill Lane",
        "city": "Leeds",
        "postal_code": "LS1 4AP",
    },
    "cancel_reason": "",
    "created_at": "2024-05-01T09:00:00Z",
    "updated_at": "2024-05-07T09:00:00Z",
    "shipped_at": None,
    "version": 2,
}
ADA_TEA_ALONE = ADA_TEA_BODY | {"stale": False}


def test_an_order_with_everything(shop, api):
    answer = api.get(f"/api/orders/{ADA_TEA}")
    assert (answer.status_code, answer["ETag"], answer["Content-Type"]) == (200, '"2"', "application/json")
    assert answer.json() == ADA_TEA_ALONE


def test_a_guests_order_in_a_currency_of_three_decimals(shop, api):
    nothing = dict.fromkeys(("authorised", "captured", "refunded", "discount", "shipping_fee"), "0.000")
    assert api.get(f"/api/orders/{GUEST_PEARLS}").json() == JUST_PLACED | nothing | {
        "order_id": str(GUEST_PEARLS),
        "customer_id": None,
        "reference": None,
        "status": "placed",
        "currency": "BHD",
        "items": [
            {
                "line": 1,
                "product_id": "pearl",
                "name": "Pearl",
                "quantity": 1,
                "unit_price": "99.900",
                "total": "99.900",
                **(JUST_ORDERED | {"discount": "0.000"}),
            }
        ],
        "subtotal": "99.900",
        "total": "99.900",
        "item_count": 1,
        "unit_count": 1,
        "shipping_address": {"country": "Bahrain", "city": "Manama"},
        "cancel_reason": "",
        "created_at": "2024-05-04T09:00:00Z",
        "updated_at": "2024-05-04T09:00:00Z",
        "shipped_at": None,
        "version": 1,
        "stale": False,
    }


def test_a_currency_without_decimals(shop, api):
    found = api.get(f"/api/orders/{GRACE_BOWLS}").json()
    assert (found["total"], found["items"][0]["unit_price"], found["items"][0]["total"]) == ("1200", "600", "1200")


def test_a_cancelled_order_keeps_its_reason_and_its_lines(shop, api):
    found = api.get(f"/api/orders/{ADA_CANCELLED}").json()
    assert (found["status"], found["cancel_reason"], found["version"]) == ("cancelled", "out of tea", 2)
    assert (found["total"], found["item_count"], found["updated_at"]) == ("7.00", 1, "2024-05-06T09:00:00Z")


def test_an_id_in_capitals_is_the_same_order(shop, api):
    assert api.get(f"/api/orders/{str(ADA_TEA).upper()}").json() == ADA_TEA_ALONE


def test_an_order_that_is_not_there(shop, api):
    answer = api.get(f"/api/orders/{UNKNOWN}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json() == {
        "type": "/problems/order-not-found",
        "title": "There is no such order",
        "status": 404,
        "detail": f"The read model has no order {UNKNOWN}; if it was placed just now, ask again in a moment.",
        "instance": f"/api/orders/{UNKNOWN}",
    }
    assert ask(GetOrderById(actor=AN_OPERATOR, order_id=UNKNOWN)).found is None


@pytest.mark.parametrize("order_id", ["1", "tea", "01900000000070008000000000000001", f"{ADA_TEA}x"])
def test_what_is_not_an_id(api, order_id):
    answer = api.get(f"/api/orders/{order_id}")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid-input")
    assert [error["field"] for error in answer.json()["errors"]] == ["order_id"]
