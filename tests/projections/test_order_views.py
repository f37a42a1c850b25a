"""`order_views`: whole rows, for each event."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from projections.projectors.order_views import OrderViews
from projections.testing import given, story
from tests.builders import JAM_LINE, added, cancelled, created
from tests.given_when_then import ORDER

pytestmark = pytest.mark.usefixtures("databases")

MONDAY, TUESDAY = (datetime(2026, 5, day, 9, tzinfo=UTC) for day in (4, 5))
PLACED = {
    "order_id": ORDER,
    "customer_id": "ada",
    "reference": None,
    "status": "placed",
    "currency": "GBP",
    "items": [
        {"line": 1, "product_id": "tea", "name": "Darjeeling", "quantity": 2, "unit_price": "3.50", "total": "7.00"}
    ],
    "total": Decimal("7.00"),
    "item_count": 1,
    "unit_count": 2,
    "shipping_address": {
        "country": "United Kingdom", "recipient": "Ada",
        "line1": "1 Mill Lane", "city": "Leeds", "postal_code": "LS1 4AP"
    },
    "country": "United Kingdom",
    "cancel_reason": "",
    "created_at": MONDAY,
    "updated_at": MONDAY,
    "shipped_at": None,
    "search_text": "ada United Kingdom Ada 1 Mill Lane Leeds LS1 4AP tea Darjeeling",
    "version": 1,
}  # fmt: skip
JAM = {
    "line": 2,
    "product_id": "jam",
    "name": "Strawberry jam",
    "quantity": 3,
    "unit_price": "0.1250",
    "total": "0.3750",
}


def _rows(*events):
    return given(OrderViews(), story(*events, at=[MONDAY] + [TUESDAY] * (len(events) - 1), stream_id=ORDER))


def test_an_order_was_placed():
    assert _rows(created()) == [PLACED]


def test_an_item_was_added():
    more = {"items": [*PLACED["items"], JAM], "total": Decimal("7.375"), "item_count": 2, "unit_count": 5, "version": 2}
    text = PLACED["search_text"] + " jam Strawberry jam"
    assert _rows(created(), added()) == [PLACED | more | {"updated_at": TUESDAY, "search_text": text}]


def test_both_words_beside_a_slash_are_searched():
    cup = msgspec.structs.replace(JAM_LINE, name="Cup BLUE/CREAM")
    assert (
        _rows(created(), added(cup))[0]["search_text"] == PLACED["search_text"] + " jam Cup BLUE/CREAM Cup BLUE CREAM"
    )


def test_an_order_was_cancelled():
    less = {"status": "cancelled", "cancel_reason": "out of tea", "updated_at": TUESDAY, "version": 2}
    assert _rows(created(), cancelled()) == [PLACED | less]
