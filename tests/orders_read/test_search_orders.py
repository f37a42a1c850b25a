"""GET /api/orders/search: orders by the words in them, sorted and filtered."""

from uuid import UUID

import pytest
from django.db import connections

from orders_read.queries import SearchOrders
from orders_read.query_bus import ask
from orders_read.reading import TIMEOUT_SECONDS, TooSlow
from tests.builders import AN_OPERATOR
from tests.databases import owner_connection
from tests.orders_read.conftest import (
    ADA_CANCELLED,
    ADA_JAM,
    ADA_TEA,
    GRACE_BOWLS,
    GUEST_PEARLS,
    LEEDS,
    NEWEST_FIRST,
    do,
    ids,
    item,
    on,
    order,
)
from tests.orders_read.test_get_customer_orders import NO_ORDERS
from tests.orders_read.test_get_order_by_id import ADA_TEA_BODY


def search(api, **parameters):
    answer = api.get("/api/orders/search", parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_without_words_all_of_them_newest_first_each_in_full(shop, api):
    body = search(api)
    assert ids(body) == NEWEST_FIRST
    assert body["items"][4] == ADA_TEA_BODY
    assert (body["total"], body["page"], body["page_size"], body["total_pages"]) == (5, 1, 20, 1)
    assert search(api, q="") == search(api, q="  ") == body


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("darjeeling", [ADA_CANCELLED, ADA_TEA]),
        ("DARJEELING Tea", [ADA_CANCELLED, ADA_TEA]),
        ("strawberry", [ADA_JAM, ADA_TEA]),
        ("茶碗", [GRACE_BOWLS]),
        ("85123A", [ADA_CANCELLED, ADA_TEA]),
        ("jam-1", [ADA_JAM, ADA_TEA]),
        ("536365", [ADA_TEA]),
        ("ada", [ADA_CANCELLED, ADA_JAM, ADA_TEA]),
        ("grace@example.org", [GRACE_BOWLS]),
        ("leeds", [ADA_CANCELLED, ADA_JAM, ADA_TEA]),
        ("Kyo\u0304to", [GRACE_BOWLS]),
        ("bahrain", [GUEST_PEARLS]),
        ("LS1 4AP", [ADA_CANCELLED, ADA_JAM, ADA_TEA]),
        ('"mill lane"', [ADA_CANCELLED, ADA_JAM, ADA_TEA]),
        ('"lane mill"', []),
        ("darjeeling -strawberry", [ADA_CANCELLED]),
        ("bahrain or japan", [GUEST_PEARLS, GRACE_BOWLS]),
        (str(ADA_TEA), [ADA_TEA]),
        (str(ADA_TEA).upper(), [ADA_TEA]),
        (ADA_TEA.hex, [ADA_TEA]),
        ("coffee", []),
        ("!!!", []),
        ("a & | ! <-> b:*", []),
        ("'; drop table order_views; --", []),
    ],
)
def test_words_of_every_part_of_an_order(shop, api, words, expected):
    body = search(api, q=words)
    assert (ids(body), body["total"]) == (expected, len(expected))


def test_an_id_of_digits_only_is_found_too(project, api):
    order_id = UUID("12345678-1234-4234-8234-123456789012")
    do(order(order_id, "ada", "GBP", LEEDS, item("tea", "Tea", 1, "1")), on(1))
    project()
    assert ids(search(api, q=str(order_id))) == [order_id]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"sort_by": "created_at", "sort_order": "asc"}, NEWEST_FIRST[::-1]),
        ({"sort_by": "updated_at"}, [ADA_TEA, ADA_CANCELLED, GUEST_PEARLS, GRACE_BOWLS, ADA_JAM]),
        ({"sort_by": "updated_at", "sort_order": "asc"}, [ADA_JAM, GRACE_BOWLS, GUEST_PEARLS, ADA_CANCELLED, ADA_TEA]),
        ({"sort_by": "total"}, [GRACE_BOWLS, GUEST_PEARLS, ADA_TEA, ADA_CANCELLED, ADA_JAM]),
        ({"sort_by": "total", "sort_order": "asc"}, [ADA_JAM, ADA_CANCELLED, ADA_TEA, GUEST_PEARLS, GRACE_BOWLS]),
        ({"sort_order": "asc", "q": "leeds"}, [ADA_TEA, ADA_JAM, ADA_CANCELLED]),
        ({"status": "cancelled"}, [ADA_CANCELLED]),
        ({"status": "placed", "q": "darjeeling"}, [ADA_TEA]),
    ],
)
def test_sorted_and_filtered(shop, api, parameters, expected):
    assert ids(search(api, **parameters)) == expected


def test_the_most_relevant_first(project, api):
    once, thrice = ADA_TEA, ADA_JAM
    do(order(thrice, "ada", "GBP", LEEDS, *[item("tea", "Tea of teas", 1, "1")] * 3), on(1))
    do(order(once, "ada", "GBP", LEEDS, item("t", "Tea", 1, "1")), on(2))
    project()
    assert ids(search(api, q="tea", sort_by="relevance")) == [thrice, once]
    assert ids(search(api, q="tea", sort_by="relevance", sort_order="asc")) == [once, thrice]
    assert ids(search(api, q="tea")) == [once, thrice]


@pytest.mark.parametrize("sort_by", ["created_at", "updated_at", "total", "relevance"])
def test_equal_orders_keep_one_order_over_the_pages(project, api, sort_by):
    placed = [UUID(f"01900000-0000-7000-8000-00000000010{number}") for number in range(5)]
    for order_id in placed[1::2] + placed[::2]:
        do(order(order_id, "ada", "GBP", LEEDS, item("tea", "Tea", 1, "1")), on(1))
    project()
    for sort_order, expected in (("asc", placed), ("desc", placed[::-1])):
        asked = {"q": "tea", "sort_by": sort_by, "sort_order": sort_order, "page_size": 2}
        assert [found for page in (1, 2, 3) for found in ids(search(api, page=page, **asked))] == expected


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_page_by_page(shop, api, page):
    body = search(api, page=page, page_size=2)
    assert ids(body) == NEWEST_FIRST[2 * page - 2 : 2 * page]
    assert (body["total"], body["page"], body["page_size"], body["total_pages"]) == (5, page, 2, 3)


def test_nothing_in_the_shop(databases, api):
    assert search(api) == search(api, q="tea") == search(api, q="!!!") == NO_ORDERS


@pytest.fixture
def locked_table(shop):
    """The read model, held by somebody who does not let anyone look."""
    with owner_connection("read") as holder, holder.transaction():
        holder.execute("lock table order_views in access exclusive mode")
        yield


def test_a_search_that_takes_too_long_is_given_up(locked_table, api):
    answer = api.get("/api/orders/search", {"q": "tea"})
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert (answer["Retry-After"], answer.json()["type"]) == ("2", "/problems/search-too-slow")
    assert f"given up after {TIMEOUT_SECONDS} s" in answer.json()["detail"]
    with pytest.raises(TooSlow):
        ask(SearchOrders(actor=AN_OPERATOR, q="tea"))


def test_the_limit_ends_with_the_search(shop, api):
    with connections["read"].cursor() as cursor:
        before = cursor.execute("reset statement_timeout").execute("show statement_timeout").fetchone()
        search(api, q="tea")
        assert cursor.execute("show statement_timeout").fetchone() == before
