"""The list of orders: found by words and filters, sorted, page by page, and as a file."""

import csv
import io
import re
from decimal import Decimal

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from config.dashboard import orders
from orders_write.domain.values import Address
from tests.dashboard.staff import VIEW
from tests.laws.dead_database import dead

LIST, EXPORT = "/admin/orders/", "/admin/orders/export.csv"
SHOWN = re.compile(r'<a class="db-mono" href="/admin/orders/([0-9a-f-]{36})/">')
HOSTILE = [
    "status=shipped'--", "q=%00", "q=%ED%A0%80", "q=%E2%80%AE", "cursor=x", "cursor=*", "created_from=2026-13-01",
    "created_to=9999-12-31", "total_min=-1", "total_max=1e9", "total_min=1", "sort_by=relevance", "sort_by=password",
    "q=" + "a" * 201, "q=" + "+".join(["a"] * 17), "customer_id=" + "c" * 65, "page=2", "status=draft&status=x",
    "q=%FF",
    "country=Japan&sort_by=total", "product_id=%00", "currency=POUND",
]  # fmt: skip


@pytest.fixture
def browser(signed_in):
    return signed_in("viewer", VIEW)


def _ids(answer):
    return SHOWN.findall(answer.content.decode())


def _rows(answer):
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def test_the_newest_orders_come_first_with_their_states_and_totals(browser, shop):
    answer = browser.get(LIST)
    assert _ids(answer) == [str(order_id) for order_id in reversed(shop)]
    text = answer.content.decode()
    assert "3 orders" in text
    assert "15.375&nbsp;GBP" in text
    assert "cancelled, no payment, unfulfilled" in text


def test_words_are_marked_where_they_were_found_and_nothing_else_is_markup(browser, place, project):
    order_id = place(("tea", 1, "1"), shipping_address=Address("<script>alert(1)</script> Bahrain"))
    place(("jam", 1, "1"))
    project()
    answer = browser.get(LIST, {"q": "bahrain"})
    assert _ids(answer) == [str(order_id)]
    assert "<mark>Bahrain</mark>" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()
    assert _ids(browser.get(LIST, {"q": str(order_id)})) == [str(order_id)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status": "cancelled"}, [2]),
        ({"order_status": "placed"}, [1, 0]),
        ({"payment_status": "none", "fulfillment_status": "unfulfilled"}, [2, 1, 0]),
        ({"customer_id": "ada"}, [2, 0]),
        ({"product_id": "jam"}, [1, 0]),
        ({"country": "Japan"}, []),
        ({"currency": "GBP", "total_min": "15.30", "total_max": "15.40"}, [0]),
        ({"created_from": "2020-01-01", "created_to": "2199-12-31"}, [2, 1, 0]),
        ({"created_to": "2020-01-01"}, []),
        ({"sort_by": "total", "sort_order": "asc"}, [2, 1, 0]),
        ({"sort_by": "updated_at"}, [2, 1, 0]),
    ],
)
def test_filters_and_sorting(browser, shop, asked, found):
    assert _ids(browser.get(LIST, asked)) == [str(shop[number]) for number in found]
    exported = [row["order_id"] for row in _rows(browser.get(EXPORT, asked))]
    assert sorted(exported) == sorted(str(shop[number]) for number in found)


def test_pages_follow_one_another_both_ways(browser, place, project, monkeypatch):
    placed = [str(place()) for _ in range(5)][::-1]
    project()
    monkeypatch.setattr(orders, "PAGE_SIZE", 2)
    pages = [browser.get(LIST, {"customer_id": "ada"})]
    while pages[-1].context.get("next"):
        pages.append(browser.get(pages[-1].context["next"]))
    assert [_ids(page) for page in pages] == [placed[:2], placed[2:4], placed[4:]]
    assert _ids(browser.get(pages[-1].context["previous"])) == placed[2:4]
    assert "customer_id=ada" in pages[1].context["next"]


def test_headings_sort_and_turn_round(browser, shop):
    answer = browser.get(LIST, {"status": "placed"})
    assert answer.context["sorts"]["created_at"].now == "descending"
    assert "sort_order=asc" in answer.context["sorts"]["created_at"].address
    assert answer.context["sorts"]["updated_at"].address == (
        "/admin/orders/?status=placed&sort_by=updated_at&sort_order=desc"
    )


def test_a_bad_filter_is_a_message_and_never_an_error(browser, shop):
    for query in HOSTILE:
        for page in (LIST, EXPORT):
            assert browser.get(f"{page}?{query}").status_code in (200, 400), query


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("created_from=yesterday", "created_from", "This must be a day such as 2026-11-21."),
        ("total_min=1", "currency", "A limit of the total needs the currency that it is in."),
        ("status=lost", "status", "This must be one of: draft, placed"),
        ("cursor=x", "cursor", "This is not a cursor of this question"),
    ],
)
def test_the_message_stands_beside_the_field(browser, shop, query, field, sentence):
    answer = browser.get(f"{LIST}?{query}")
    assert answer.context["form"].errors[field][0].startswith(sentence)
    assert sentence in answer.content.decode()
    assert _ids(answer) == []
    assert browser.get(f"{EXPORT}?{query}").status_code == 400


def test_empty_lists_say_what_to_do(browser, databases):
    assert "There are no orders yet." in browser.get(LIST).content.decode()
    assert "No order meets these filters." in browser.get(LIST, {"status": "paid"}).content.decode()


def test_the_file_holds_all_that_is_filtered_page_by_page(browser, place, project, monkeypatch):
    placed = [str(place()) for _ in range(7)][::-1]
    place(customer="grace")
    project()
    monkeypatch.setattr(orders, "EXPORTED_AT_ONCE", 3)
    answer = browser.get(EXPORT, {"customer_id": "ada"})
    assert answer.streaming
    assert answer["Content-Disposition"] == 'attachment; filename="orders.csv"'
    rows = _rows(answer)
    assert [row["order_id"] for row in rows] == placed
    assert list(rows[0]) == list(orders.EXPORTED)
    assert (rows[0]["total"], rows[0]["country"], rows[0]["version"]) == ("7.00", "United Kingdom", "1")


def test_a_cell_that_a_spreadsheet_would_compute_is_defused(browser, place, project):
    place(customer="=HYPERLINK(1)", reference="+44", shipping_address=Address("@SUM(A1)"))
    project()
    (row,) = _rows(browser.get(EXPORT))
    assert (row["customer_id"], row["reference"], row["country"]) == ("'=HYPERLINK(1)", "+44", "'@SUM(A1)")


def test_a_number_of_queries_that_does_not_grow(browser, place, project):
    asked = {"q": "tea", "status": "placed", "country": "United Kingdom", "sort_by": "total", "currency": "GBP"}
    counts = []
    for _ in range(2):
        for _ in range(10):
            place()
        project()
        with CaptureQueriesContext(connections["read"]) as read, CaptureQueriesContext(connections["default"]) as write:
            assert len(_ids(browser.get(LIST, asked))) % 10 == 0
        counts.append((len(read), len(write)))
    assert counts[0] == counts[1]
    assert 0 < counts[0][0] <= 12
    assert counts[0][1] <= 6


def test_it_says_that_the_read_database_is_down(browser, shop):
    with dead("read"):
        answer, file = browser.get(LIST), browser.get(EXPORT)
    assert (answer.status_code, file.status_code) == (200, 503)
    assert "the orders (OperationalError)" in answer.content.decode()


@pytest.mark.parametrize("page", [LIST, EXPORT])
def test_who_may_not_look_at_orders_does_not(signed_in, page):
    assert signed_in("clerk", "orders_write.view_event").get(page).status_code == 403
    assert signed_in("viewer", VIEW).get(page).status_code == 200


def test_amounts_are_exact(browser, place, project):
    place(("pearl", 1, "99.9001"))
    project()
    assert Decimal(_rows(browser.get(EXPORT))[0]["total"]) == Decimal("99.9001")
