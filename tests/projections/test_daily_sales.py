"""`daily_sales`: whole rows, for each event."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from projections.projectors.daily_sales import DailySales
from projections.testing import folded, given, story
from tests.builders import (
    LEEDS,
    added,
    amount_off,
    cancel,
    cancelled,
    change_quantity,
    create,
    created,
    expire,
    fee,
    fulfill,
    give_back,
    move,
    percent,
    refund,
    remove,
)
from tests.given_when_then import events_of
from tests.lives import PAID

pytestmark = pytest.mark.usefixtures("databases")
MONDAY, TUESDAY = (datetime(2026, 5, day, 9, tzinfo=UTC) for day in (4, 5))
DAY = {
    "day": date(2026, 5, 4),
    "currency": "GBP",
    "country": "United Kingdom",
    "orders": 1,
    "cancelled_orders": 0,
    "units": 2,
    "returned_units": 0,
    "gross": Decimal("7.00"),
    "cancelled": Decimal(0),
    "expired": Decimal(0),
    "refunded": Decimal(0),
    "net": Decimal("7.00"),
}
NOTHING = DAY | {"orders": 0, "units": 0, "gross": Decimal(0), "net": Decimal(0)}


def _rows(*stories):
    return given(DailySales(), *stories)


def test_orders_of_a_day():
    twice = {"orders": 2, "units": 4, "gross": Decimal("14.00"), "net": Decimal("14.00")}
    assert _rows(story(created(), at=MONDAY), story(created(customer_id=None), at=MONDAY)) == [DAY | twice]


def test_an_item_counts_on_the_day_on_which_it_was_added():
    tuesday = {"day": date(2026, 5, 5), "units": 3, "gross": Decimal("0.375"), "net": Decimal("0.375")}
    assert _rows(story(created(), added(), at=[MONDAY, TUESDAY])) == [DAY, NOTHING | tuesday]


def test_a_cancellation_counts_on_its_own_day_and_leaves_the_day_of_the_sale_alone():
    tuesday = {"day": date(2026, 5, 5), "cancelled_orders": 1, "cancelled": Decimal("7.00"), "net": Decimal("-7.00")}
    assert _rows(story(created(), cancelled(), at=[MONDAY, TUESDAY])) == [DAY, NOTHING | tuesday]


def _days(*stories):
    """The days as they are folded in memory, with the `net` that the database computes."""
    days = folded(DailySales(), *stories)
    return [day | {"net": day["gross"] - day["cancelled"] - day["refunded"]} for day in days]


def _on_two_days(*commands, first):
    """A story whose first commands are Monday's and the others Tuesday's."""
    events, before = events_of(*commands), len(events_of(*commands[:first]))
    return story(*events, at=[MONDAY] * before + [TUESDAY] * (len(events) - before))


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        (change_quantity(1, 3), {"units": 1, "gross": Decimal("3.50"), "net": Decimal("3.50")}),
        (remove(1), {"units": -2, "gross": Decimal("-7.00"), "net": Decimal("-7.00")}),
        (amount_off("1"), {"gross": Decimal(-1), "net": Decimal(-1)}),
        (percent("10", line=1), {"gross": Decimal("-0.70"), "net": Decimal("-0.70")}),
        (fee("2.95"), {"gross": Decimal("2.95"), "net": Decimal("2.95")}),
        (expire(), {"cancelled": Decimal(7), "expired": Decimal(7), "net": Decimal(-7)}),
    ],
)
def test_every_change_counts_on_its_own_day(command, changes):
    tuesday = {"day": date(2026, 5, 5)} | changes
    assert _days(_on_two_days(create(), command, first=1)) == [DAY, NOTHING | tuesday]


def test_returns_and_refunds_count_on_their_own_day():
    back = {"day": date(2026, 5, 5), "returned_units": 1, "refunded": Decimal("3.50"), "net": Decimal("-3.50")}
    assert _days(_on_two_days(*PAID, fulfill(), give_back((1, 1)), refund("3.50"), first=5)) == [DAY, NOTHING | back]


def test_what_was_refunded_is_not_called_off_again():
    less = {"day": date(2026, 5, 5), "cancelled_orders": 1, "refunded": Decimal(7), "net": Decimal(-7)}
    assert _days(_on_two_days(*PAID, refund(), cancel(), first=4)) == [DAY, NOTHING | less]


def test_an_order_that_goes_elsewhere_moves_with_all_it_counts_for():
    gone = {"units": -2, "orders": -1, "gross": Decimal(-7), "refunded": Decimal(-2), "net": Decimal(-5)}
    come = {"units": 2, "orders": 1, "gross": Decimal(7), "refunded": Decimal(2), "net": Decimal(5), "country": "EIRE"}
    monday = DAY | {"refunded": Decimal(2), "net": Decimal(5)}
    tuesday = NOTHING | {"day": date(2026, 5, 5)}
    rows = _days(_on_two_days(*PAID, refund("2"), move(), first=5))
    assert rows == [monday, tuesday | come, tuesday | gone]


def test_an_order_that_goes_elsewhere_in_its_country_counts_as_before():
    assert _days(story(*events_of(create(), move(LEEDS)), at=MONDAY)) == [DAY]


def test_countries_and_currencies_are_kept_apart():
    eire = msgspec.structs.replace(LEEDS, country="EIRE")
    stories = [created(), created(shipping_address=eire), created(currency="EUR")]
    rows = _rows(*(story(event, at=MONDAY) for event in stories))
    assert rows == [DAY | {"currency": "EUR"}, DAY | {"country": "EIRE"}, DAY]


def test_a_day_is_one_of_utc():
    late = datetime.fromisoformat("2026-05-05T00:30:00+02:00")
    assert _rows(story(created(), at=late)) == [DAY]
