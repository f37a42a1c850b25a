"""GET /api/customers/{id}, /api/reports/…, /api/projections."""

import csv
import io
import json

import pytest
from django.db import connections
from rest_framework.test import APIClient

from orders_read.models import DailySales, ProductSales
from projections.projectors.order_views import OrderViews
from projections.registry import PROJECTORS
from projections.watch import sample_lag
from tests.projections.helpers import checkpoint, poison

ADA = {
    "currency": "GBP",
    "orders": 3,
    "open_orders": 2,
    "cancelled_orders": 1,
    "expired_orders": 0,
    "refunded": "0.00",
    "lifetime_value": "7.75",
    "first_order_at": "2024-05-01T09:00:00Z",
    "last_order_at": "2024-05-05T09:00:00Z",
}
MAY = {"from": "2024-05-01", "to": "2024-05-31"}
GOODS = {"from": "2024-05", "to": "2024-05"}
DAILY, PRODUCTS = "/api/reports/daily-sales", "/api/reports/product-sales"


def test_a_customer(shop, api, ada_api):
    expected = {"customer_id": "ada", "currencies": [ADA], "stale": False}
    assert api.get("/api/customers/ada").json() == ada_api.get("/api/customers/ada").json() == expected


def test_a_customer_whom_nobody_knows_and_one_whom_the_asker_may_not_see(shop, api, ada_api):
    unknown, foreign = api.get("/api/customers/nobody"), ada_api.get("/api/customers/grace@example.org")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/customer-not-found")
    assert foreign.status_code == 404
    assert unknown.content.replace(b"nobody", b"?") == foreign.content.replace(b"grace@example.org", b"?")


def _report(api, path, asked=None):
    answer = api.get(path, asked or {})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    return json.loads(answer.getvalue())


def _body(**row):
    return row


def test_sales_by_day(shop, api):
    body = _report(api, DAILY, MAY)
    assert body["items"][-2:] == [
        _body(
            day="2024-05-06", currency="GBP", country="United Kingdom", orders=0, cancelled_orders=1, units=0,
            returned_units=0, gross="0.00", cancelled="7.00", expired="0.00", refunded="0.00", net="-7.00",
        ),
        _body(
            day="2024-05-07", currency="GBP", country="United Kingdom", orders=0, cancelled_orders=0, units=3,
            returned_units=0, gross="0.375", cancelled="0.00", expired="0.00", refunded="0.00", net="0.375",
        ),
    ]  # fmt: skip
    assert (len(body["items"]), body["stale"]) == (7, False)
    assert [row["currency"] for row in _report(api, DAILY, MAY | {"currency": "JPY"})["items"]] == ["JPY"]
    assert [row["country"] for row in _report(api, DAILY, MAY | {"country": "Bahrain"})["items"]] == ["Bahrain"]
    one_day = {"from": "2024-05-06", "to": "2024-05-06"}
    assert [row["day"] for row in _report(api, DAILY, one_day)["items"]] == ["2024-05-06"]


def test_sales_by_product(shop, api):
    body = _report(api, PRODUCTS, GOODS)
    expected = _body(
        month="2024-05", product_id="85123A", currency="GBP", name="Darjeeling tea", units=2, orders=1, revenue="7.00"
    )
    assert expected in body["items"]
    assert len(body["items"]) == 4
    assert _report(api, PRODUCTS, GOODS | {"product_id": "85123A"}) == {"items": [expected], "stale": False}


def test_the_last_days_and_months_unless_others_are_named(shop, api):
    assert _report(api, DAILY) == _report(api, PRODUCTS) == {"items": [], "stale": False}
    assert len(_report(api, PRODUCTS, {"to": "2024-06"})["items"]) == 4
    assert len(_report(api, DAILY, {"to": "2024-05-30"})["items"]) == 7


@pytest.mark.parametrize(("path", "span"), [(DAILY, MAY), (PRODUCTS, GOODS)])
@pytest.mark.parametrize("how", [{"headers": {"accept": "text/csv"}}, {"data": {"format": "csv"}}])
def test_as_csv(shop, api, path, span, how):
    answer = api.get(path, span | how.get("data", {}), headers=how.get("headers", {}))
    assert answer["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer["Content-Disposition"].startswith("attachment")
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    rows = [{name: str(value) for name, value in row.items()} for row in _report(api, path, span)["items"]]
    assert lines == rows


def test_the_parameter_outdoes_the_header(shop, api):
    answer = api.get(DAILY, MAY | {"format": "json"}, headers={"accept": "text/csv"})
    assert (answer["Content-Type"], answer.getvalue()[:1]) == ("application/json", b"{")


def test_whoever_does_not_take_all_of_it_leaves_nothing_open(shop, api):
    answer = APIClient(**api.defaults).get(DAILY, MAY)
    assert connections["read"].in_atomic_block
    answer.close()
    assert not connections["read"].in_atomic_block


def test_a_name_is_no_formula_in_a_spreadsheet(databases, api):
    facts = {"month": "2024-05-01", "currency": "GBP", "named_at": "2024-05-01T00:00:00Z", "units": -1, "orders": 0}
    row = ProductSales(product_id="-1", name='=HYPERLINK("x")', revenue=-5, **facts)
    row.save(using="read", force_insert=True)
    line = api.get(PRODUCTS, GOODS | {"format": "csv"}).getvalue().decode().splitlines()[1]
    assert line == '2024-05,-1,GBP,"\'=HYPERLINK(""x"")",-1,0,-5.00'


def test_a_long_report_comes_whole(databases, api):
    zero = dict.fromkeys(("orders", "cancelled_orders", "units", "returned_units", "gross", "cancelled", "expired"), 0)
    countries = [f"Country {number:05}" for number in range(2_500)]
    DailySales.objects.using("read").bulk_create(
        DailySales(day="2024-05-01", currency="GBP", country=country, refunded=0, **zero) for country in countries
    )
    assert [row["country"] for row in _report(api, DAILY, MAY)["items"]] == countries
    assert len(api.get(DAILY, MAY | {"format": "csv"}).getvalue().splitlines()) == 2_501


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        (DAILY, {"from": "2024-05"}, "from"),
        (DAILY, {"from": "2024-02-30"}, "from"),
        (DAILY, {"from": "0001-01-01"}, "from"),
        (DAILY, {"to": "٢٠٢٤-01-01"}, "to"),
        (DAILY, {"from": "2024-05-02", "to": "2024-05-01"}, "from"),
        (DAILY, {"from": "2020-01-01", "to": "2024-05-01"}, "from"),
        (DAILY, {"currency": "POUNDS"}, "currency"),
        (DAILY, {"country": "x" * 101}, "country"),
        (DAILY, {"format": "xml"}, "format"),
        (DAILY, {"product_id": "tea"}, "product_id"),
        (PRODUCTS, {"from": "2024-05-01"}, "from"),
        (PRODUCTS, {"from": "2024-13"}, "from"),
        (PRODUCTS, {"from": "2019-01", "to": "2024-05"}, "from"),
        (PRODUCTS, {"product_id": "x\x00"}, "product_id"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
def test_refused(databases, api, path, asked, field, accept):
    answer = api.get(path, asked, headers={"accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("path", [DAILY, PRODUCTS, "/api/projections"])
def test_not_for_customers(databases, ada_api, path):
    assert ada_api.get(path).status_code == 403


def test_where_the_projections_stand(place, project, api):
    order_id = place()
    poison(order_id, version=2)
    project()
    sample_lag()
    found = {one["projection"]: one for one in api.get("/api/projections").json()["projections"]}
    assert list(found) == [projector.name for projector in PROJECTORS]
    views = found["order_views"]
    assert (views["state"], views["partition"], views["held_streams"], views["error"]) == ("active", 0, 1, "")
    assert views["position"] == checkpoint(OrderViews()).position
    assert (views["sample"]["lag_events"], views["sample"]["objective_held"]) == (0, True)
    assert views["objective_seconds"] == 2.0


def test_projections_that_nobody_has_looked_at(databases, api):
    [one, *_] = api.get("/api/projections").json()["projections"]
    assert (one["position"], one["lag_seconds"], one["sample"]) == (0, None, None)
