"""`daily_sales`: whole rows, for each event."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from projections.projectors.daily_sales import DailySales
from projections.testing import given, story
from tests.builders import LEEDS, added, cancelled, created

pytestmark = pytest.mark.usefixtures("databases")
MONDAY, TUESDAY = (datetime(2026, 5, day, 9, tzinfo=UTC) for day in (4, 5))
DAY = {
    "day": date(2026, 5, 4),
    "currency": "GBP",
    "country": "United Kingdom",
    "orders": 1,
    "cancelled_orders": 0,
    "units": 2,
    "gross": Decimal("7.00"),
    "cancelled": Decimal(0),
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


def test_countries_and_currencies_are_kept_apart():
    eire = msgspec.structs.replace(LEEDS, country="EIRE")
    stories = [created(), created(shipping_address=eire), created(currency="EUR")]
    rows = _rows(*(story(event, at=MONDAY) for event in stories))
    assert rows == [DAY | {"currency": "EUR"}, DAY | {"country": "EIRE"}, DAY]


def test_a_day_is_one_of_utc():
    late = datetime.fromisoformat("2026-05-05T00:30:00+02:00")
    assert _rows(story(created(), at=late)) == [DAY]
