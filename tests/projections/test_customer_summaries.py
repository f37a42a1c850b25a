"""`customer_summaries`: whole rows, for each event."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from projections.projectors.customer_summaries import CustomerSummaries
from projections.testing import folded, given, story
from tests.builders import (
    add,
    added,
    amount_off,
    cancel,
    cancelled,
    change_quantity,
    close,
    create,
    created,
    expire,
    fee,
    refund,
    remove,
)
from tests.given_when_then import events_of
from tests.lives import DELIVERED, PAID

pytestmark = pytest.mark.usefixtures("databases")
MONDAY, TUESDAY, FRIDAY = (datetime(2026, 5, day, 9, tzinfo=UTC) for day in (4, 5, 8))
ADA = {
    "customer_id": "ada",
    "currency": "GBP",
    "orders": 1,
    "open_orders": 1,
    "cancelled_orders": 0,
    "expired_orders": 0,
    "lifetime_value": Decimal("7.00"),
    "refunded": Decimal(0),
    "first_order_at": MONDAY,
    "last_order_at": MONDAY,
}


def _rows(*stories):
    return given(CustomerSummaries(), *stories)


def test_a_first_order():
    assert _rows(story(created(), at=MONDAY)) == [ADA]


def test_an_item_is_worth_more():
    assert _rows(story(created(), added(), at=[MONDAY, FRIDAY])) == [ADA | {"lifetime_value": Decimal("7.375")}]


def test_a_cancelled_order_is_worth_nothing_and_still_an_order():
    less = {"open_orders": 0, "cancelled_orders": 1, "lifetime_value": Decimal(0)}
    assert _rows(story(created(), added(), cancelled(total="7.375"), at=[MONDAY, TUESDAY, FRIDAY])) == [ADA | less]


def _summary(*commands):
    """Ada's summary, folded in memory."""
    (row,) = folded(CustomerSummaries(), story(*events_of(*commands), at=MONDAY))
    return row


def test_every_change_of_the_total_counts():
    built = (create(), add(), change_quantity(1, 4), remove(2), amount_off("5"), amount_off("1", line=1), fee("2.50"))
    assert _summary(*built) == ADA | {"lifetime_value": Decimal("10.50")}


def test_an_expired_order_is_worth_nothing_and_still_an_order():
    less = {"open_orders": 0, "expired_orders": 1, "lifetime_value": Decimal(0)}
    assert _summary(create(), expire()) == ADA | less


def test_refunds_are_taken_off():
    back = {"refunded": Decimal(2), "lifetime_value": Decimal(5)}
    assert _summary(*PAID, refund("2")) == ADA | back


def test_a_cancelled_order_counts_its_refunds_once():
    less = {"open_orders": 0, "cancelled_orders": 1, "refunded": Decimal(7), "lifetime_value": Decimal(0)}
    assert _summary(*PAID, refund(), cancel()) == ADA | less


def test_a_closed_order_is_not_open_and_keeps_its_worth():
    assert _summary(*DELIVERED, close()) == ADA | {"open_orders": 0}


def test_orders_are_counted_from_the_first_to_the_last_whatever_order_they_come_in():
    stories = [story(created(), at=at) for at in (TUESDAY, FRIDAY, MONDAY)]
    more = {"orders": 3, "open_orders": 3, "lifetime_value": Decimal("21.00"), "last_order_at": FRIDAY}
    assert _rows(*stories) == [ADA | more]


def test_currencies_are_kept_apart():
    rows = _rows(story(created(), at=MONDAY), story(created(currency="EUR"), at=MONDAY))
    assert rows == [ADA | {"currency": "EUR"}, ADA]


def test_guests_have_no_summary():
    assert _rows(story(created(customer_id=None))) == []
