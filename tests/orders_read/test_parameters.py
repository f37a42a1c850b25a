"""What a query parameter may be; everything else is refused in a sentence that names it."""

import pytest

CUSTOMER, SEARCH = "/api/customers/ada/orders", "/api/orders/search"
ORDER = "/api/orders/01900000-0000-7000-8000-000000000001"
PAGED = [
    ("page=0", "page"),
    ("page=-1", "page"),
    ("page=1.0", "page"),
    ("page=1e3", "page"),
    ("page=tea", "page"),
    ("page=%EF%BC%91", "page"),
    ("page=1_0", "page"),
    ("page=" + "9" * 31, "page"),
    ("page=100001", "page"),
    ("page=5001&page_size=20", "page"),
    ("page=1001&page_size=100", "page"),
    ("page_size=0", "page_size"),
    ("page_size=101", "page_size"),
    ("page_size=all", "page_size"),
    ("page=1&page=2", "page"),
    ("status=lost", "status"),
    ("status=PLACED", "status"),
    ("status=placed&status=cancelled", "status"),
    ("limit=10", "limit"),
]
SEARCHED = [
    ("q=" + "a" * 201, "q"),
    ("q=" + "a" * 100_000, "q"),
    ("q=" + "+".join("a" * 17), "q"),
    ("q=%00", "q"),
    ("q=tea%1B", "q"),
    ("q=%E2%80%AE", "q"),
    ("q=%FF", "query"),
    ("q=a&q=b", "q"),
    ("sort_by=customer_id", "sort_by"),
    ("sort_by=-created_at", "sort_by"),
    ("sort_by=relevance", "sort_by"),
    ("sort_by=relevance&q=+", "sort_by"),
    ("sort_order=down", "sort_order"),
]
REFUSED = [
    *((CUSTOMER, query, field) for query, field in [*PAGED, ("q=tea", "q"), ("sort_by=total", "sort_by")]),
    *((SEARCH, query, field) for query, field in PAGED + SEARCHED),
    (ORDER, "page=1", "page"),
    ("/api/customers/" + "a" * 65 + "/orders", "", "customer_id"),
    ("/api/customers/%00/orders", "", "customer_id"),
    ("/api/customers/a%E2%80%AEb/orders", "", "customer_id"),
]


@pytest.mark.parametrize(("path", "query", "field"), REFUSED, ids=lambda value: value[:40])
def test_refused(api, path, query, field):
    answer = api.get(f"{path}?{query}" if query else path)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["type"] == "/problems/invalid-input"
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert error["detail"].endswith(".")


def test_every_wrong_parameter_is_named_at_once(api):
    answer = api.get("/api/orders/search?page=0&status=lost&colour=red")
    assert [error["field"] for error in answer.json()["errors"]] == ["page", "status", "colour"]


@pytest.mark.parametrize("query", ["page=5000&page_size=20", "page=1000&page_size=100", "q=" + "a" * 200])
def test_the_bounds_are_inside(api, query):
    assert api.get(f"/api/orders/search?{query}").json()["items"] == []


@pytest.mark.parametrize("path", [CUSTOMER, SEARCH, ORDER])
def test_nobody_asks_without_a_token(anonymous_api, path):
    answer = anonymous_api.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.parametrize("path", [CUSTOMER, SEARCH])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_questions_are_asked_with_get(api, path, method):
    assert getattr(api, method)(path).status_code == 405
