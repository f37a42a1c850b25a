"""Customers on their pages: found by id, by what they are worth and by what they ordered last; and each one's own."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from config.dashboard import customers
from config.dashboard.customers import Customer, Customers
from orders_write.command_bus import Context, dispatch
from orders_write.domain.commands import CancelOrder
from tests.dashboard.clients import HOSTILE, queries_of, rendered, signed_in, with_permissions
from tests.databases import owner_connection
from tests.laws.dead_database import dead

CUSTOMERS = "/admin/customers/"


@pytest.fixture
def staff(databases, user):
    """Somebody who may do everything."""
    return signed_in(user("ada"))


@pytest.fixture
def served(place, project):
    """Five customers and a guest, the last first: ada twice and in two currencies, the last of hers cancelled."""
    place(("tea", 1, "3.50"), customer="grace")
    place(("tea", 2, "3.50"), customer="ada")
    place(("tea", 9, "100.00"), customer="ada", currency="EUR")
    place(("pot", 1, "90.00"), customer="ACME/7 & sons")
    place(customer=None)
    place(("tea", 3, "3.50"), customer="adam")
    cancelled = place(("jam", 5, "1.00"), customer="ada")
    dispatch(CancelOrder(order_id=cancelled, reason="out of jam"), Context("tests"))
    project()


def _found(client, asked=""):
    return [(one.customer_id, one.currency) for one in client.get(f"{CUSTOMERS}?{asked}").context_data["found"]]


def test_those_who_ordered_last_those_worth_most_and_those_whose_id_begins_so(staff, served):
    gbp = [(name, "GBP") for name in ("ada", "adam", "ACME/7 & sons", "grace")]
    ada, adam, acme, grace = gbp
    expected = {
        "": [ada, adam, acme, ("ada", "EUR"), grace],
        "sort=value&currency=GBP": [acme, adam, ada, grace],
        "sort=value&currency=EUR": [("ada", "EUR")],
        "sort=value": [("ada", "EUR")],
        "id=ada": [("ada", "EUR"), ada, adam],
        "id=ADA": [],
        "id=%25": [],
        "id=nobody": [],
    }
    assert {asked: _found(staff, asked) for asked in expected} == expected


def test_a_row_of_the_list(staff, served):
    page = staff.get(f"{CUSTOMERS}?id=adam").content.decode()
    assert 'href="/admin/customers/adam/"' in page
    assert "10.50&nbsp;GBP" in page
    assert f"{datetime.now(UTC):%Y-%m-%d}" in page


def test_the_list_ends_somewhere_and_says_so(monkeypatch, staff, served):
    monkeypatch.setattr(customers, "MOST", 2)
    answer = staff.get(f"{CUSTOMERS}?id=a")
    assert len(answer.context_data["found"]) == 2
    assert "The first 2; narrow the list" in answer.content.decode()


def test_without_customers_the_page_says_when_there_will_be_some(staff):
    assert "No customer has ordered yet" in staff.get(CUSTOMERS).content.decode()
    assert "No customer&#x27;s id begins so" in staff.get(f"{CUSTOMERS}?id=x").content.decode().replace("'", "&#x27;")


def _customer(client, address, status=200):
    answer = client.get(f"{CUSTOMERS}{address}")
    assert answer.status_code == status
    return answer


def test_a_customer_by_currency_and_the_orders(staff, served):
    answer = _customer(staff, "ada/")
    figures = [
        (one["currency"], one["orders"], one["open_orders"], one["cancelled_orders"], one["lifetime_value"])
        for one in answer.context_data["summaries"]
    ]
    assert figures == [("EUR", 1, 1, 0, Decimal(900)), ("GBP", 2, 1, 1, Decimal(7))]
    orders = answer.context_data["orders"]["found"].orders
    assert [(one["status"], one["total"], one["currency"]) for one in orders] == [
        ("cancelled", "5.0000", "GBP"), ("placed", "900.0000", "EUR"), ("placed", "7.0000", "GBP"),
    ]  # fmt: skip
    page = answer.content.decode()
    assert "900.00&nbsp;EUR" in page
    assert "Customer | Daybook" in page


def test_a_customer_whose_id_has_signs_in_it(staff, served):
    assert "90.00&nbsp;GBP" in _customer(staff, "ACME%2F7%20%26%20sons/").content.decode()
    assert "/admin/customers/ACME/7%20&amp;%20sons/" in staff.get(f"{CUSTOMERS}?id=ACME").content.decode()


def test_the_orders_a_page_at_a_time(staff, place, project):
    order_ids = [str(place(customer="ada")) for _ in range(23)]
    project()
    first = _customer(staff, "ada/")
    older = _customer(staff, f"ada/?cursor={first.context_data['orders']['next']}")
    newer = _customer(staff, f"ada/?cursor={older.context_data['orders']['previous']}")
    pages = [[one["order_id"] for one in page.context_data["orders"]["found"].orders] for page in (first, older, newer)]
    assert pages == [order_ids[:2:-1], order_ids[2::-1], order_ids[:2:-1]]


def test_whatever_stands_in_the_address_there_is_an_answer(staff, served):
    for value in HOSTILE:
        assert staff.get(f"{CUSTOMERS}?id={value}&sort={value}&currency={value}").status_code == 200
        assert _customer(staff, f"ada/?cursor={value}").context_data["form"].errors.keys() == {"cursor"}
        assert _customer(staff, f"{value}/", 404).context_data["unknown"]


def test_nobody_is_not_found_with_a_way_on(staff, served):
    assert "Nobody of this id has ordered" in _customer(staff, "nobody/", 404).content.decode()


def test_the_pages_are_for_those_who_may_see_orders_and_for_reading_alone(staff, served):
    for address in (CUSTOMERS, f"{CUSTOMERS}ada/"):
        assert with_permissions("bob", "view_event").get(address).status_code == 403
        assert with_permissions("bob", "view_orderview").get(address).status_code == 200
        assert staff.post(address).status_code == 405


def test_the_number_of_queries_is_bounded(staff, served, place, project):
    addresses = (CUSTOMERS, f"{CUSTOMERS}?sort=value&currency=GBP", f"{CUSTOMERS}?id=ad", f"{CUSTOMERS}ada/")
    few = [queries_of(staff, address) for address in addresses]
    for number in range(12):
        place(customer=f"ad-{number}")
        place(customer="ada")
    project()
    assert [queries_of(staff, address) for address in addresses] == few
    assert max(few) <= 9


def _plan(owner, asked):
    lines = owner.execute(f"explain select * from customer_summaries where {asked} limit 9").fetchall()
    return "\n".join(line for (line,) in lines)


def test_the_lists_come_from_indexes(databases):
    with owner_connection("read") as owner:
        owner.execute("set enable_seqscan = off; set enable_bitmapscan = off")
        by_id = _plan(owner, "customer_id like 'ad%' order by customer_id, currency")
        by_value = _plan(owner, "currency = 'GBP' order by lifetime_value desc, customer_id")
    assert "customer_summaries_pkey" in by_id
    assert "Index Cond: ((customer_id >= 'ad'::text)" in by_id
    assert "customer_summaries_value" in by_value
    assert "Sort" not in by_value


def test_while_the_read_database_is_down_the_pages_say_what_is_missing(databases, user):
    account = User.objects.get(username=user("ada"))
    with dead("read"):
        listed, one = rendered(Customers, account, CUSTOMERS), rendered(Customer, account, CUSTOMERS, customer_id="ada")
    assert (listed.status_code, one.status_code) == (200, 200)
    assert "the customers (" in listed.content.decode()
    assert "the customer&#x27;s orders (" in one.content.decode()
