"""GET /api/orders: filtered, sorted, by page number or by cursor; compared with what Python makes of the same rows."""

from datetime import timedelta
from decimal import Decimal
from itertools import chain, pairwise
from uuid import UUID

import pytest

from orders_read import finding, listing, reading
from tests.orders_read.rows import NOON, write

DAY = timedelta(days=1)
FILTERS = {
    "nothing": {},
    "status": {"status": "paid"},
    "order_status": {"order_status": "cancelled"},
    "payment_status": {"payment_status": "captured"},
    "fulfillment_status": {"fulfillment_status": "fulfilled"},
    "country": {"country": "Japan"},
    "customer": {"customer_id": "customer-2"},
    "product": {"product_id": "tea"},
    "currency": {"currency": "JPY"},
    "created": {"created_from": NOON + DAY, "created_to": NOON + 2 * DAY},
    "total": {"total_min": Decimal("2"), "total_max": Decimal("7"), "currency": "GBP"},
    "two states": {"payment_status": "captured", "order_status": "confirmed", "currency": "GBP"},
    "customer and state": {"customer_id": "customer-2", "payment_status": "none", "currency": "GBP"},
    "product and country": {"product_id": "jam", "country": "Japan", "currency": "JPY"},
    "dates and country": {"created_from": NOON + DAY, "country": "France", "currency": "GBP"},
    "nobody": {"customer_id": "nobody"},
}
SORTS = [(by, way) for by in ("created_at", "updated_at", "total") for way in ("desc", "asc")]


@pytest.fixture
def views(databases):
    return write()


@pytest.fixture(params=["as it is", "walks"])
def bounds(request, monkeypatch):
    """Once with the bounds that hold, once with some so low that no value is rare and every walk ends early."""
    if request.param == "walks":
        monkeypatch.setattr(listing, "FEW", 3)
        monkeypatch.setattr(listing, "WALK", 25)
        monkeypatch.setattr(finding, "_FIRST", 7)
        monkeypatch.setattr(finding, "_LOOK", 10**9)
    return request.param


def _expected(views, asked, sort_by="created_at", sort_order="desc"):
    found = [view for view in views if _meets(view, asked)]
    found.sort(key=lambda view: (getattr(view, sort_by), view.order_id), reverse=sort_order == "desc")
    return [view.order_id for view in found]


def _meets(view, asked):
    limits = {
        "created_from": lambda limit: view.created_at >= limit,
        "created_to": lambda limit: view.created_at < limit,
        "total_min": lambda limit: view.total >= limit,
        "total_max": lambda limit: view.total <= limit,
        "product_id": lambda product: product in view.product_ids,
    }
    return all(limits[name](value) if name in limits else getattr(view, name) == value for name, value in asked.items())


def _get(api, **asked):
    answer = api.get("/api/orders", {name: _text(value) for name, value in asked.items()})
    assert answer.status_code == 200, answer.content
    return answer.json()


def _text(value):
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _ids(body):
    return [UUID(item["order_id"]) for item in body["items"]]


def _followed(api, way, **asked):
    """Every order that following `next` (or `previous`) comes by, page by page; `asked` has the first cursor."""
    pages = []
    while asked["cursor"] is not None:
        body = _get(api, **asked)
        pages.append(_ids(body))
        asked["cursor"] = body[way]
        assert len(pages) < 100
    return pages


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_in_each_order(views, api, bounds, name):
    asked = FILTERS[name]
    for sort_by, sort_order in SORTS:
        if sort_by == "total" and asked and "currency" not in asked:
            continue
        expected = _expected(views, asked, sort_by, sort_order)
        question = {**asked, "sort_by": sort_by, "sort_order": sort_order, "page_size": 7}
        pages = _followed(api, "next", cursor="*", **question)
        resumes = bounds == "as it is" or (sort_by == "created_at" or "customer_id" not in asked)
        assert not resumes or [*chain(*pages)] == expected, (sort_by, sort_order)


@pytest.mark.parametrize("name", ["nothing", "status", "two states", "product", "customer and state"])
@pytest.mark.parametrize(("sort_by", "sort_order"), SORTS)
def test_back_to_where_one_came_from(views, api, name, sort_by, sort_order):
    asked = {"currency": "GBP", **FILTERS[name]}
    question = {**asked, "sort_by": sort_by, "sort_order": sort_order, "page_size": 3}
    cursor, bodies = "*", []
    while cursor:
        bodies.append(_get(api, cursor=cursor, **question))
        cursor = bodies[-1]["next"]
    assert bodies[0]["previous"] is None
    for before, body in pairwise(bodies):
        assert _ids(_get(api, cursor=body["previous"], **question)) == _ids(before)


@pytest.mark.parametrize("name", FILTERS)
def test_numbered_pages_and_how_many_there_are(views, api, name):
    asked = FILTERS[name]
    expected = _expected(views, asked)
    for page in (1, 2, 9):
        body = _get(api, page=page, page_size=8, **asked)
        assert _ids(body) == expected[8 * page - 8 : 8 * page]
        members = {key: body[key] for key in ("total", "total_is_exact", "page", "page_size", "total_pages", "stale")}
        assert members == {
            "total": len(expected), "total_is_exact": True, "page": page, "page_size": 8,
            "total_pages": -(-len(expected) // 8), "stale": False,
        }  # fmt: skip
        assert body["next"] is None or expected[8 * page :]


def test_a_numbered_page_is_left_by_cursors(views, api):
    expected = _expected(views, {})
    body = _get(api, page=3, page_size=5)
    assert _ids(_get(api, cursor=body["next"], page_size=5)) == expected[15:20]
    assert _ids(_get(api, cursor=body["previous"], page_size=5)) == expected[5:10]


def test_a_total_beyond_the_bound_is_a_lower_bound_and_said_to_be(views, api, monkeypatch):
    monkeypatch.setattr(listing, "WALK", 50)
    body = _get(api)
    assert (body["total"], body["total_is_exact"], body["total_pages"]) == (50, False, 3)
    body = _get(api, payment_status="none", currency="GBP")
    assert body["total_is_exact"]
    monkeypatch.setattr(listing, "FEW", 3)
    body = _get(api, payment_status="none", currency="GBP")
    assert (body["total"] < 16, body["total_is_exact"]) == (True, False)
    monkeypatch.setattr(finding, "CANDIDATES", 5)
    body = _get(api, product_id="tea", page_size=2)
    assert (body["total"], body["total_is_exact"], len(body["items"])) == (5, False, 2)


@pytest.mark.parametrize("sort_by", ["created_at", "updated_at"])
def test_a_total_is_counted_for_who_prefers_that(views, api, monkeypatch, sort_by):
    monkeypatch.setattr(finding, "CANDIDATES", 5)
    tea, asked = len(_expected(views, {"product_id": "tea"})), {"product_id": "tea", "page_size": 2, "sort_by": sort_by}
    for prefer in ("count=exact", 'wait=1, Count="exact"; strict'):
        answer = api.get("/api/orders", asked, headers={"Prefer": prefer})
        assert (answer.json()["total"], answer.json()["total_is_exact"]) == (tea, True)
        assert answer["Preference-Applied"] == "count=exact"
    for prefer in ("count=planned", "discount=exact", "wait=1"):
        answer = api.get("/api/orders", asked, headers={"Prefer": prefer})
        assert (answer.json()["total"], "Preference-Applied" in answer) == (5, False)
    monkeypatch.setattr(finding, "WALK", 7)
    bounded = api.get("/api/orders", asked, headers={"Prefer": "count=exact"})
    assert (bounded.json()["total"], bounded.json()["total_is_exact"]) == (7, False)
    assert "Preference-Applied" not in bounded
    by_cursor = api.get("/api/orders", asked | {"cursor": "*"}, headers={"Prefer": "count=exact"})
    assert ("total" in by_cursor.json(), "Preference-Applied" in by_cursor) == (False, False)


def test_a_total_that_takes_too_long_to_count_is_a_lower_bound(views, api, monkeypatch):
    monkeypatch.setattr(finding, "CANDIDATES", 5)
    fetch = reading.fetch

    def slow(source, statement, values, **options):
        if finding.WALK + 1 in values:
            fetch(source, "select pg_sleep(2)", [])
        return fetch(source, statement, values, **options)

    monkeypatch.setattr(reading, "fetch", slow)
    answer = api.get("/api/orders", {"product_id": "tea"}, headers={"Prefer": "count=exact"})
    assert (answer.status_code, answer.json()["total_is_exact"]) == (200, False)


def test_a_page_by_cursor_does_not_count(views, api):
    assert set(_get(api, cursor="*")) == {"items", "page_size", "next", "previous", "stale"}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "*", "page": 1}, "page"),
        ({"total_min": "1"}, "currency"),
        ({"sort_by": "total", "status": "paid"}, "currency"),
        ({"created_from": "2026-03-01T12:00:00"}, "created_from"),
        ({"created_from": "2026-03-01"}, "created_from"),
        ({"created_to": "2026-13-01T12:00:00Z"}, "created_to"),
        ({"total_min": "1e3", "currency": "GBP"}, "total_min"),
        ({"total_max": "-1", "currency": "GBP"}, "total_max"),
        ({"order_status": "shipped"}, "order_status"),
        ({"sort_by": "relevance"}, "sort_by"),
        ({"q": "tea"}, "q"),
    ],
)
def test_refused(views, api, asked, field):
    answer = api.get("/api/orders", asked)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_a_cursor_is_good_for_its_question_alone(views, api):
    body = _get(api, status="paid", page_size=3)
    for other in ({"status": "placed"}, {}, {"status": "paid", "sort_order": "asc"}):
        answer = api.get("/api/orders", {"cursor": body["next"], **other})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")
    search = api.get("/api/orders/search", {"cursor": body["next"], "status": "paid"})
    assert search.status_code == 400
    tampered = body["next"][:-2] + "xx"
    assert api.get("/api/orders", {"cursor": tampered, "status": "paid"}).status_code == 400
