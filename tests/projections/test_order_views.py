"""`order_views`: whole rows, for each event."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from projections.projectors.order_views import OrderViews
from projections.testing import given, story
from tests.builders import (
    JAM_LINE,
    add,
    added,
    amount_off,
    authorize,
    cancel,
    capture,
    change_quantity,
    close,
    confirm,
    create,
    created,
    deliver,
    expire,
    fail,
    fee,
    fulfill,
    give_back,
    hold,
    move,
    note,
    percent,
    refund,
    release,
    remove,
    take_back,
    track,
    void,
)
from tests.given_when_then import ORDER, events_of
from tests.lives import DELIVERED

pytestmark = pytest.mark.usefixtures("databases")

MONDAY, TUESDAY = (datetime(2026, 5, day, 9, tzinfo=UTC) for day in (4, 5))
TUESDAY_TEXT = "2026-05-05T09:00:00Z"
TEA = {
    "line": 1,
    "product_id": "tea",
    "name": "Darjeeling",
    "quantity": 2,
    "unit_price": "3.50",
    "discount": "0",
    "total": "7.00",
    "fulfilled": 0,
    "returned": 0,
}
JAM = {
    "line": 2,
    "product_id": "jam",
    "name": "Strawberry jam",
    "quantity": 3,
    "unit_price": "0.1250",
    "discount": "0",
    "total": "0.3750",
    "fulfilled": 0,
    "returned": 0,
}
NOTHING = Decimal(0)
PLACED = {
    "order_id": ORDER,
    "customer_id": "ada",
    "reference": None,
    "status": "placed",
    "order_status": "placed",
    "payment_status": "none",
    "fulfillment_status": "unfulfilled",
    "currency": "GBP",
    "items": [TEA],
    "product_ids": ["tea"],
    "subtotal": Decimal("7.00"),
    "discount": NOTHING,
    "shipping_fee": NOTHING,
    "total": Decimal("7.00"),
    "authorised": NOTHING,
    "captured": NOTHING,
    "refunded": NOTHING,
    "payments": [],
    "fulfillments": [],
    "notes": [],
    "item_count": 1,
    "unit_count": 2,
    "shipping_address": {
        "country": "United Kingdom", "recipient": "Ada",
        "line1": "1 Mill Lane", "city": "Leeds", "postal_code": "LS1 4AP"
    },
    "country": "United Kingdom",
    "cancel_reason": "",
    "hold_reason": "",
    "created_at": MONDAY,
    "updated_at": MONDAY,
    "confirmed_at": None,
    "shipped_at": None,
    "delivered_at": None,
    "closed_at": None,
    "search_text": "ada United Kingdom Ada 1 Mill Lane Leeds LS1 4AP tea Darjeeling",
    "version": 1,
}  # fmt: skip
CONFIRMED = PLACED | {"status": "confirmed", "order_status": "confirmed", "confirmed_at": TUESDAY}


def _rows(*events):
    return given(OrderViews(), story(*events, at=[MONDAY] + [TUESDAY] * (len(events) - 1), stream_id=ORDER))


def _row(*commands):
    (row,) = _rows(*events_of(*commands))
    return row


def _changed(before, version, **changes):
    return before | changes | {"version": version, "updated_at": TUESDAY}


def _entry(kind, amount, reference, reason=""):
    return {"kind": kind, "amount": amount, "reference": reference, "reason": reason, "at": TUESDAY_TEXT}


def _fulfillment(number, status, quantity=2, **changes):
    facts = {"fulfillment": number, "status": status, "items": [{"line": 1, "quantity": quantity}], "carrier": ""}
    return facts | {"tracking": "", "shipped_at": TUESDAY_TEXT, "delivered_at": None, "reason": ""} | changes


def test_an_order_was_placed():
    assert _rows(created()) == [PLACED]


def test_a_draft_was_begun():
    nothing = {"items": [], "product_ids": [], "item_count": 0, "unit_count": 0, "subtotal": NOTHING, "total": NOTHING}
    words = "ada United Kingdom Ada 1 Mill Lane Leeds LS1 4AP"
    draft = PLACED | nothing | {"status": "draft", "order_status": "draft", "search_text": words}
    assert _row(create(draft=True, items=())) == draft


def test_an_item_was_added():
    more = {"items": [TEA, JAM], "product_ids": ["jam", "tea"], "item_count": 2, "unit_count": 5}
    total = Decimal("7.375")
    text = PLACED["search_text"] + " jam Strawberry jam"
    assert _rows(created(), added()) == [_changed(PLACED, 2, **more, subtotal=total, total=total, search_text=text)]


def test_both_words_beside_a_slash_are_searched():
    cup = msgspec.structs.replace(JAM_LINE, name="Cup BLUE/CREAM")
    assert (
        _rows(created(), added(cup))[0]["search_text"] == PLACED["search_text"] + " jam Cup BLUE/CREAM Cup BLUE CREAM"
    )


def test_another_quantity_was_ordered():
    item, total = TEA | {"quantity": 3, "total": "10.50"}, Decimal("10.50")
    expected = _changed(PLACED, 2, items=[item], unit_count=3, subtotal=total, total=total)
    assert _row(create(), change_quantity(1, 3)) == expected


def test_an_item_was_removed():
    text = "ada United Kingdom Ada 1 Mill Lane Leeds LS1 4AP jam Strawberry jam"
    less = {"items": [JAM], "product_ids": ["jam"], "unit_count": 3, "search_text": text}
    total = Decimal("0.375")
    assert _row(create(), add(), remove(1)) == _changed(PLACED, 3, **less, subtotal=total, total=total)


def test_a_line_and_the_order_have_discounts():
    item = TEA | {"discount": "0.70", "total": "6.30"}
    sums = {"subtotal": Decimal("6.30"), "discount": Decimal(1), "total": Decimal("5.30")}
    assert _row(create(), percent("10", line=1), amount_off("1")) == _changed(PLACED, 3, items=[item], **sums)


def test_shipping_is_charged():
    sums = {"shipping_fee": Decimal("2.95"), "total": Decimal("9.95")}
    assert _row(create(), fee("2.95")) == _changed(PLACED, 2, **sums)


def test_an_order_goes_somewhere_else():
    address = {"country": "EIRE", "recipient": "Ada", "line1": "7 Eccles Street", "city": "Dublin"}
    where = {"shipping_address": address, "country": "EIRE"}
    text = "ada EIRE Ada 7 Eccles Street Dublin tea Darjeeling"
    assert _row(create(), move()) == _changed(PLACED, 2, **where, search_text=text)


def test_a_note_was_added():
    entry = {"text": "ring twice", "actor": "tests", "at": TUESDAY_TEXT}
    assert _row(create(), note()) == _changed(PLACED, 2, notes=[entry])


def test_an_order_was_confirmed():
    assert _row(create(), confirm()) == _changed(CONFIRMED, 2)


def test_payments_are_entries_and_sums():
    entries = [
        _entry("failure", "7.00", "f-1", "card refused"),
        _entry("authorization", "9", "a-1"),
        _entry("capture", "7.00", "c-1"),
        _entry("void", "2.00", "v-1"),
        _entry("refund", "3", "r-1", "stale tea"),
    ]
    sums = {"authorised": Decimal(7), "captured": Decimal(7), "refunded": Decimal(3)}
    expected = _changed(CONFIRMED, 7, payments=entries, payment_status="partly_refunded", **sums)
    assert _row(create(), confirm(), fail(), authorize("9"), capture(), void(), refund("3")) == expected


@pytest.mark.parametrize(
    ("commands", "status", "payment_status"),
    [
        ((authorize(),), "placed", "authorised"),
        ((authorize(), void()), "placed", "voided"),
        ((authorize(), confirm()), "confirmed", "authorised"),
        ((authorize(), confirm(), capture("3")), "confirmed", "partly_captured"),
        ((authorize(), confirm(), capture()), "paid", "captured"),
        ((authorize(), confirm(), capture(), refund()), "confirmed", "refunded"),
    ],
)
def test_how_far_an_order_is_paid(commands, status, payment_status):
    row = _row(create(), *commands)
    assert (row["status"], row["payment_status"]) == (status, payment_status)


def test_items_were_shipped():
    sent = {"items": [TEA | {"fulfilled": 2}], "fulfillments": [_fulfillment(1, "shipped")], "shipped_at": TUESDAY}
    states = {"status": "shipped", "fulfillment_status": "fulfilled"}
    assert _row(create(), confirm(), fulfill()) == _changed(CONFIRMED, 3, **sent, **states)


def test_a_fulfillment_is_tracked_and_arrives():
    tracked = _fulfillment(1, "delivered", carrier="Royal Mail", tracking="RM1", delivered_at=TUESDAY_TEXT)
    sent = {"items": [TEA | {"fulfilled": 2}], "fulfillments": [tracked]}
    states = {"status": "delivered", "fulfillment_status": "delivered"}
    times = {"shipped_at": TUESDAY, "delivered_at": TUESDAY}
    assert _row(create(), confirm(), fulfill(), track(), deliver()) == _changed(CONFIRMED, 5, **sent, **states, **times)


def test_a_fulfillment_was_taken_back():
    gone = _fulfillment(1, "cancelled", 1, reason="wrong label")
    assert _row(create(), confirm(), fulfill((1, 1)), take_back()) == _changed(CONFIRMED, 4, fulfillments=[gone])


def test_what_was_shipped_beside_it_stays():
    row = _row(create(), confirm(), fulfill((1, 1)), fulfill((1, 1)), take_back(2))
    assert (row["shipped_at"], row["status"], row["items"]) == (TUESDAY, "partly_shipped", [TEA | {"fulfilled": 1}])


def test_a_hold_is_shown_until_it_is_released():
    held = {"status": "on_hold", "fulfillment_status": "on_hold", "hold_reason": "address unclear"}
    assert _row(create(), confirm(), hold()) == _changed(CONFIRMED, 3, **held)


def test_a_released_order_is_as_it_was():
    assert _row(create(), confirm(), hold(), release()) == _changed(CONFIRMED, 4)


def test_an_order_was_cancelled():
    less = {"status": "cancelled", "order_status": "cancelled", "cancel_reason": "out of tea"}
    assert _row(create(), hold(), cancel()) == _changed(PLACED, 3, **less)


def test_an_order_expired():
    assert _row(create(), hold(), expire()) == _changed(PLACED, 3, status="expired", order_status="expired")


def test_an_order_was_closed():
    row = _row(*DELIVERED, close())
    closed = {"status": "closed", "order_status": "closed", "closed_at": TUESDAY}
    assert row == row | closed | {"version": 7, "payment_status": "captured", "fulfillment_status": "delivered"}


@pytest.mark.parametrize(("quantity", "status"), [(1, "partly_returned"), (2, "returned")])
def test_items_came_back(quantity, status):
    sent = {"fulfillments": [_fulfillment(1, "shipped")], "shipped_at": TUESDAY}
    back = {"items": [TEA | {"fulfilled": 2, "returned": quantity}], "status": status, "fulfillment_status": status}
    assert _row(create(), confirm(), fulfill(), give_back((1, quantity))) == _changed(CONFIRMED, 4, **sent, **back)
