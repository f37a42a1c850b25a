"""`product_sales`: whole rows, for each event."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from projections.projectors.product_sales import ProductSales
from projections.testing import folded, given, story
from tests.builders import (
    JAM_LINE,
    TEA_LINE,
    add,
    added,
    amount_off,
    cancelled,
    change_quantity,
    create,
    created,
    expire,
    fee,
    percent,
    remove,
)
from tests.builders import TEA as TEA_ITEM
from tests.given_when_then import events_of

pytestmark = pytest.mark.usefixtures("databases")
MAY, LATE_MAY, JUNE = (datetime(2026, *day, tzinfo=UTC) for day in ((5, 4), (5, 31), (6, 1)))
TEA = {
    "month": date(2026, 5, 1),
    "product_id": "tea",
    "currency": "GBP",
    "name": "Darjeeling",
    "named_at": MAY,
    "units": 2,
    "revenue": Decimal("7.00"),
    "orders": 1,
}
JAM = TEA | {"product_id": "jam", "name": "Strawberry jam", "units": 3, "revenue": Decimal("0.375")}


def _rows(*stories):
    return given(ProductSales(), *stories)


def _renamed(line, name):
    return msgspec.structs.replace(line, name=name)


def test_lines_of_one_product_are_one_order():
    lines = (TEA_LINE, JAM_LINE, msgspec.structs.replace(TEA_LINE, line=3))
    twice = {"units": 4, "revenue": Decimal("14.00")}
    assert _rows(story(created(lines=lines), at=MAY)) == [JAM, TEA | twice]


def test_an_item_added_is_an_order_more_only_when_it_is_the_first_of_its_product():
    again = added(msgspec.structs.replace(JAM_LINE, line=3), first=False)
    assert _rows(story(created(), added(), again, at=MAY)) == [JAM | {"units": 6, "revenue": Decimal("0.75")}, TEA]


def test_a_cancellation_takes_its_lines_back_in_its_own_month():
    cancellation = cancelled(lines=(TEA_LINE, JAM_LINE))
    less = {"month": date(2026, 6, 1), "orders": -1, "named_at": JUNE}
    jam, tea = {"units": -3, "revenue": Decimal("-0.375")}, {"units": -2, "revenue": Decimal("-7.00")}
    rows = _rows(story(created(), added(), cancellation, at=[MAY, MAY, JUNE]))
    assert rows == [JAM, TEA, JAM | less | jam, TEA | less | tea]


def _products(*commands, at=MAY):
    """The rows as they are folded in memory."""
    return folded(ProductSales(), story(*events_of(*commands), at=at))


def test_another_quantity_and_a_discount_of_the_line_change_what_it_brought():
    built = (create(), change_quantity(1, 3), percent("10", line=1), amount_off("5"), fee("9"))
    assert _products(*built) == [TEA | {"units": 3, "revenue": Decimal("9.45")}]


def test_a_removed_line_takes_back_what_it_brought_and_the_last_of_a_product_its_order():
    assert _products(create(), add(TEA_ITEM), percent("50", line=2), remove(2)) == [TEA]
    nothing = {"units": 0, "revenue": Decimal(0), "orders": 0}
    assert _products(create(), add(), remove(2)) == [JAM | nothing, TEA]


def test_an_expired_order_takes_its_lines_back():
    assert _products(create(), expire()) == [TEA | {"units": 0, "revenue": Decimal(0), "orders": 0}]


def test_a_product_has_its_newest_name_whatever_order_the_events_come_in():
    newest = created(lines=(_renamed(TEA_LINE, "Tea"),))
    rows = _rows(story(newest, at=LATE_MAY), story(created(), at=MAY))
    twice = {"units": 4, "revenue": Decimal("14.00"), "orders": 2}
    assert rows == [TEA | twice | {"name": "Tea", "named_at": LATE_MAY}]


def test_of_two_names_at_one_time_always_the_same_is_taken():
    names = ("Z", "É", "a")
    rows = _rows(*(story(created(lines=(_renamed(TEA_LINE, name),)), at=MAY) for name in names))
    assert [row["name"] for row in rows] == ["É"]


def test_currencies_are_kept_apart():
    rows = _rows(story(created(), at=MAY), story(created(currency="EUR"), at=MAY))
    assert rows == [TEA | {"currency": "EUR"}, TEA]
