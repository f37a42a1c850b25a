"""GET /api/customers/{id}/orders: a customer's orders, newest first, page by page."""

from urllib.parse import quote
from uuid import UUID

import pytest
from django.db import connections

from tests.orders_read.conftest import ADA_CANCELLED, ADA_JAM, ADA_TEA, GRACE_BOWLS, LEEDS, do, ids, item, on, order
from tests.orders_read.test_get_order_by_id import ADA_TEA_BODY

NO_ORDERS = {
    "items": [],
    "total": 0,
    "total_is_exact": True,
    "page": 1,
    "page_size": 20,
    "total_pages": 0,
    "next": None,
    "previous": None,
    "stale": False,
}


def test_newest_first_each_in_full(shop, api):
    body = api.get("/api/customers/ada/orders").json()
    assert ids(body) == [ADA_CANCELLED, ADA_JAM, ADA_TEA]
    assert body["items"][2] == ADA_TEA_BODY
    assert {name: body[name] for name in body if name != "items"} == {
        "total": 3,
        "total_is_exact": True,
        "page": 1,
        "page_size": 20,
        "total_pages": 1,
        "next": None,
        "previous": None,
        "stale": False,
    }


@pytest.mark.parametrize(
    ("status", "expected"), [("placed", [ADA_JAM, ADA_TEA]), ("cancelled", [ADA_CANCELLED]), ("", 3)]
)
def test_by_status(shop, api, status, expected):
    body = api.get("/api/customers/ada/orders", {"status": status}).json()
    assert ids(body) == expected if status else body["total"] == expected


@pytest.mark.parametrize(("page", "expected"), [(1, [ADA_CANCELLED, ADA_JAM]), (2, [ADA_TEA]), (3, []), (50_000, [])])
def test_page_by_page_and_past_the_end(shop, api, page, expected):
    body = api.get("/api/customers/ada/orders", {"page": page, "page_size": 2}).json()
    assert (ids(body), body["total"], body["page"], body["page_size"], body["total_pages"]) == (expected, 3, page, 2, 2)


@pytest.fixture
def no_indexes(databases):
    """The read database sorts for itself, so that no index lends its order to a query that does not ask for one."""
    with connections["read"].cursor() as cursor:
        cursor.execute("set enable_indexscan = off; set enable_bitmapscan = off")
        yield
        cursor.execute("reset enable_indexscan; reset enable_bitmapscan")


def test_orders_of_one_moment_keep_one_order_over_the_pages(no_indexes, project, api):
    placed = [UUID(f"01900000-0000-7000-8000-00000000010{number}") for number in range(5)]
    for order_id in placed[1::2] + placed[::2]:
        do(order(order_id, "ada", "GBP", LEEDS, item("tea", "Tea", 1, "1")), on(1))
    project()
    pages = [api.get("/api/customers/ada/orders", {"page": page, "page_size": 2}).json() for page in (1, 2, 3)]
    assert [found for page in pages for found in ids(page)] == placed[::-1]


def test_a_customer_that_nobody_knows_has_no_orders(shop, api):
    body = api.get("/api/customers/nobody/orders").json()
    assert body == NO_ORDERS


@pytest.mark.parametrize("customer_id", ["grace@example.org", "shop/17", "Żółć 1", "50%", "a?b#c", "orders"])
def test_ids_of_every_kind_of_character(project, api, customer_id):
    do(order(GRACE_BOWLS, customer_id, "GBP", LEEDS, item("tea", "Tea", 1, "1")), on(1))
    project()
    assert ids(api.get(f"/api/customers/{quote(customer_id, safe='')}/orders").json()) == [GRACE_BOWLS]
