"""The reports on their page: the same figures as tiles, charts, table and file, in one currency at a time."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.contrib.auth.models import User

from config.dashboard import sales, sales_period
from config.dashboard.sales import Sales
from config.dashboard.sales_period import Period
from orders_read.models import DailySales, ProductSales
from tests.dashboard.clients import HOSTILE, queries_of, rendered, signed_in, with_permissions
from tests.laws.dead_database import dead

SALES = "/admin/sales/"
MAY = "first=2024-05-01&last=2024-05-31"
_NOTHING = {"cancelled": 0, "expired": 0, "refunded": 0, "cancelled_orders": 0, "returned_units": 0}


@pytest.fixture
def staff(databases, user):
    """Somebody who may do everything."""
    return signed_in(user("ada"))


def _sold(day, gross, *, currency="GBP", country="Japan", orders=1, **more):
    row = {"day": day, "currency": currency, "country": country, "orders": orders, "units": 2 * orders, "gross": gross}
    DailySales.objects.using("read").create(**_NOTHING | row | more)


def _product(month, product_id, revenue, *, currency="GBP", name="Tea", units=1, orders=1):
    key = {"month": month, "product_id": product_id, "currency": currency, "named_at": f"{month}T00:00:00Z"}
    ProductSales.objects.using("read").create(**key, name=name, units=units, orders=orders, revenue=revenue)


@pytest.fixture
def sold(databases):
    """Some days of May 2024 and one of April, in two currencies, to two countries; and what was sold."""
    _sold("2024-05-02", "10.00")
    _sold("2024-05-02", "5.50", country="EIRE", orders=2)
    _sold("2024-05-30", "1.125", refunded=1)
    _sold("2024-05-30", "700", currency="JPY")
    _sold("2024-04-29", "8.3125")
    _product("2024-05-01", "tea", "9.00", name="=HYPERLINK(1)", units=3, orders=2)
    _product("2024-04-01", "tea", "1.00", name="Old tea", units=9)
    _product("2024-05-01", "jam", "9.50")
    _product("2024-05-01", "pot", "2", currency="JPY")


def _shown(client, asked):
    answer = client.get(f"{SALES}?{asked}")
    assert answer.status_code == 200
    return answer


def _table(answer):
    return [[cell.text for cell in row] for row in answer.context_data["table"]]


def _csv(client, asked):
    answer = client.get(f"{SALES}?{asked}&format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.reader(io.StringIO(answer.getvalue().decode())))


def _charts(answer):
    return [json.loads(unescape(found)) for found in re.findall(r'data-chart="([^"]+)"', answer.content.decode())]


DAYS = [
    ["2024-05-02", "3", "0", "6", "0", "15.50", "0.00", "0.00", "0.00", "15.50"],
    ["2024-05-30", "1", "0", "2", "0", "1.125", "0.00", "0.00", "1.00", "0.125"],
]
IN_ALL = ["4", "0", "8", "0", "16.625", "0.00", "0.00", "1.00", "15.625"]


def test_by_day_the_tiles_the_table_the_chart_and_the_file_say_the_same(staff, sold):
    answer = _shown(staff, MAY)
    tiles = {one["name"]: (one["now"], one["then"], one["change"]) for one in answer.context_data["tiles"]}
    assert tiles["net"] == (Decimal("15.625"), Decimal("8.3125"), "+88 %")
    assert tiles["orders"] == (4, 1, "+300 %")
    assert _table(answer) == DAYS
    assert [cell.text for cell in answer.context_data["totals"]][1:] == IN_ALL
    net, orders = _charts(answer)
    assert (net["labels"][0], len(net["labels"])) == ("2024-05-01", 31)
    drawn = dict(zip(net["labels"], map(Decimal, net["datasets"][0]["data"]), strict=True))
    assert {day: value for day, value in drawn.items() if value} == {row[0]: Decimal(row[-1]) for row in DAYS}
    assert [day for day in orders["datasets"][1]["data"] if day != "0"] == ["1"]
    header, *rows = _csv(staff, MAY)
    assert header[:3] == ["day", "currency", "orders"]
    assert [[row[0], *row[2:]] for row in rows] == DAYS


def test_by_month_and_by_country(staff, sold):
    months = _shown(staff, "first=2024-04-10&last=2024-05-31&by=month")
    assert [row[0] for row in _table(months)] == ["2024-04", "2024-05"]
    assert [row[-1] for row in _table(months)] == ["8.3125", "15.625"]
    assert [row[0].address for row in months.context_data["table"]] == [
        "?first=2024-04-10&last=2024-04-30&by=day", "?first=2024-05-01&last=2024-05-31&by=day",
    ]  # fmt: skip
    countries = _shown(staff, f"{MAY}&by=country")
    assert [(row[0], row[1], row[-1]) for row in _table(countries)] == [("EIRE", "2", "5.50"), ("Japan", "2", "10.125")]
    assert _charts(countries)[0]["labels"] == ["Japan", "EIRE"]
    one = _shown(staff, f"{MAY}&country=EIRE")
    assert [row[-1] for row in _table(one)] == ["5.50"]
    assert "All countries" in one.content.decode()


def test_each_currency_by_itself(staff, sold):
    assert list(_shown(staff, MAY).context_data["report"].sums) == ["GBP", "JPY"]
    answer = _shown(staff, f"{MAY}&currency=JPY")
    assert [row[-1] for row in _table(answer)] == ["700"]
    assert "700&nbsp;JPY" in answer.content.decode()
    assert {row[1] for row in _csv(staff, f"{MAY}&currency=JPY")[1:]} == {"JPY"}


def test_by_product_in_whole_months_and_one_product_by_month(staff, sold):
    answer = _shown(staff, "first=2024-05-10&last=2024-05-12&by=product")
    assert answer.context_data["report"].days == Period(date(2024, 5, 1), date(2024, 5, 31))
    assert _table(answer) == [["jam", "Tea", "1", "1", "9.50"], ["tea", "=HYPERLINK(1)", "3", "2", "9.00"]]
    assert [row[0] for row in _table(_shown(staff, f"{MAY}&by=product&top=units"))] == ["tea", "jam"]
    one = _shown(staff, "first=2024-04-01&last=2024-05-31&by=product&product=tea")
    assert _table(one) == [
        ["2024-04", "tea", "Old tea", "9", "1", "1.00"],
        ["2024-05", "tea", "=HYPERLINK(1)", "3", "2", "9.00"],
    ]
    newest = _shown(staff, "first=2024-04-01&last=2024-05-31&by=product")
    assert _table(newest)[0] == ["tea", "=HYPERLINK(1)", "12", "3", "10.00"]


def test_a_file_has_all_products_and_no_formulas(monkeypatch, staff, sold):
    monkeypatch.setattr(sales, "MOST", 1)
    answer = _shown(staff, f"{MAY}&by=product")
    assert [row[0] for row in _table(answer)] == ["jam"]
    assert "The first 1; the CSV file has them all" in answer.content.decode()
    assert _csv(staff, f"{MAY}&by=product") == [
        ["product_id", "currency", "name", "units", "orders", "revenue"],
        ["jam", "GBP", "Tea", "1", "1", "9.50"],
        ["tea", "GBP", "'=HYPERLINK(1)", "3", "2", "9.00"],
    ]


@pytest.mark.parametrize("by", ["day", "month", "country", "product"])
def test_where_nothing_was_sold_the_page_says_what_to_do(staff, by):
    page = _shown(staff, f"by={by}").content.decode()
    assert "Nothing was sold in these days" in page
    assert "data-chart" not in page
    assert len(_csv(staff, f"by={by}")) == 1


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("7", date(2024, 2, 24), date(2024, 3, 1)),
        ("30", date(2024, 2, 1), date(2024, 3, 1)),
        ("month", date(2024, 3, 1), date(2024, 3, 1)),
        ("last-month", date(2024, 2, 1), date(2024, 2, 29)),
        ("year", date(2024, 1, 1), date(2024, 3, 1)),
    ],
)
def test_each_period_ends_today_or_with_the_month_before(name, first, last):
    assert sales_period.named(name, date(2024, 3, 1)) == Period(first, last)


def test_the_period_before_is_as_long():
    assert Period(date(2024, 3, 1), date(2024, 3, 31)).before == Period(date(2024, 1, 30), date(2024, 2, 29))


@pytest.mark.parametrize(
    "asked", ["first=2024-05-02&last=2024-05-01", "first=2020-01-01&last=2024-05-01", "last=2024-05", "first=x"]
)
def test_a_period_that_is_none_is_refused_beside_its_field(staff, asked):
    answer = _shown(staff, asked)
    assert answer.context_data["form"].errors
    assert 'class="db-error"' in answer.content.decode()
    assert "report" not in answer.context_data


def test_a_day_alone_is_a_beginning_or_an_end(staff, sold):
    assert _shown(staff, "last=2024-05-31").context_data["report"].days == Period(date(2024, 5, 2), date(2024, 5, 31))
    assert _shown(staff, "first=1900-01-01&last=1900-01-01").context_data["table"] == []


NAMES = ("period", "first", "last", "by", "currency", "country", "product", "top", "format")


def test_whatever_stands_in_the_address_there_is_an_answer(staff, sold):
    asked = [f"{SALES}?{MAY}&{name}={value}" for name in NAMES for value in HOSTILE]
    assert {address: staff.get(address).status_code for address in asked} == dict.fromkeys(asked, 200)


def test_the_number_of_queries_is_bounded(staff, sold):
    asked = [f"{SALES}?{MAY}&by={by}" for by in ("day", "month", "country", "product")]
    few = [queries_of(staff, address) for address in asked]
    for day in range(10, 28):
        _sold(f"2024-05-{day}", "1.00", country=f"Country {day}")
        _product("2024-05-01", f"sku-{day}", "1.00")
    assert [queries_of(staff, address) for address in asked] == few
    assert max(few) <= 16


def test_it_is_for_those_who_may_see_orders_and_for_reading_alone(staff, databases):
    for address in (SALES, f"{SALES}?format=csv"):
        assert with_permissions("bob", "view_event").get(address).status_code == 403
        assert with_permissions("bob", "view_orderview").get(address).status_code == 200
    assert staff.post(SALES).status_code == 405


def test_while_the_read_database_is_down_the_page_says_what_is_missing(databases, user):
    account = User.objects.get(username=user("ada"))
    with dead("read"):
        page, file = rendered(Sales, account, SALES), rendered(Sales, account, f"{SALES}?format=csv")
    assert "the report (" in page.content.decode()
    assert "The file cannot be made now" in file.content.decode()
