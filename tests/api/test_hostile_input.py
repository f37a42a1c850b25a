"""Every hostile input to every endpoint: a problem in the 4xx range, never a 500, and nothing is appended."""

import json
from uuid import UUID

import pytest

from orders_write.event_store import head

ORDER = "01890a5d-ac96-774b-bcce-b302099a8057"
ITEM = {"product_id": "tea", "name": "Tea", "quantity": 2, "unit_price": "3.50"}
BODY = {"customer_id": "ada", "currency": "GBP", "items": [ITEM], "shipping_address": {"country": "UK"}}
DEEP = "[" * 10_000 + "]" * 10_000


def _with(path, value):
    """The body of an order with one value exchanged, added, or (given ...) left out."""
    body = json.loads(json.dumps(BODY))
    *parents, last = path
    target = body
    for part in parents:
        target = target[part]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return body


WRONG_BODIES = {
    "unknown field": _with(["colour"], "blue"),
    "unknown field in an item": _with(["items", 0, "colour"], "blue"),
    "unknown field in the address": _with(["shipping_address", "planet"], "Mars"),
    "no customer": _with(["customer_id"], ...),
    "no currency": _with(["currency"], ...),
    "no items": _with(["items"], ...),
    "no address": _with(["shipping_address"], ...),
    "no country": _with(["shipping_address"], {"city": "Leeds"}),
    "no price": _with(["items", 0, "unit_price"], ...),
    "empty items": _with(["items"], []),
    "too many items": _with(["items"], [ITEM] * 2_001),
    "items as an object": _with(["items"], {"0": ITEM}),
    "an item as a string": _with(["items", 0], "tea"),
    "address as a list": _with(["shipping_address"], ["UK"]),
    "customer as a number": _with(["customer_id"], 7),
    "customer as true": _with(["customer_id"], True),
    "customer too long": _with(["customer_id"], "a" * 65),
    "customer blank": _with(["customer_id"], "  "),
    "unknown currency": _with(["currency"], "XYZ"),
    "currency in small letters": _with(["currency"], "gbp"),
    "currency null": _with(["currency"], None),
    "order_id not a UUID": _with(["order_id"], "seven"),
    "order_id a number": _with(["order_id"], 7),
    "order_id without hyphens": _with(["order_id"], UUID(ORDER).hex),
    "order_id in braces": _with(["order_id"], "{" + ORDER + "}"),
    "quantity zero": _with(["items", 0, "quantity"], 0),
    "quantity negative": _with(["items", 0, "quantity"], -1),
    "quantity as a string": _with(["items", 0, "quantity"], "2"),
    "quantity in full-width digits": _with(["items", 0, "quantity"], "２"),
    "quantity true": _with(["items", 0, "quantity"], True),
    "quantity a fraction": _with(["items", 0, "quantity"], 1.5),
    "quantity 1.0": _with(["items", 0, "quantity"], 1.0),
    "quantity of 40 digits": _with(["items", 0, "quantity"], 10**40),
    "quantity over a bigint": _with(["items", 0, "quantity"], 2**63),
    "quantity null": _with(["items", 0, "quantity"], None),
    "price as a number": _with(["items", 0, "unit_price"], 3.5),
    "price negative": _with(["items", 0, "unit_price"], "-3.50"),
    "price too fine": _with(["items", 0, "unit_price"], "3.50001"),
    "price of 40 digits": _with(["items", 0, "unit_price"], "9" * 40),
    "price NaN": _with(["items", 0, "unit_price"], "NaN"),
    "price Infinity": _with(["items", 0, "unit_price"], "Infinity"),
    "price in full-width digits": _with(["items", 0, "unit_price"], "１０.００"),
    "price with underscores": _with(["items", 0, "unit_price"], "1_000"),
    "price with an exponent": _with(["items", 0, "unit_price"], "1e3"),
    "price with a newline": _with(["items", 0, "unit_price"], "3.50\n"),
    "name with NUL": _with(["items", 0, "name"], "te\x00a"),
    "name with a control character": _with(["items", 0, "name"], "te\x07a"),
    "name with a bidi override": _with(["items", 0, "name"], "te\u202ea"),
    "name with a lone surrogate": _with(["items", 0, "name"], "te\ud800a"),
    "a key with NUL": _with(["te\x00a"], "x"),
    "name too long": _with(["items", 0, "name"], "x" * 201),
    "a list": [BODY],
    "a string": "order",
    "null": None,
}
RAW_BODIES = {
    "nothing": (b"", 400),
    "not JSON": (b"{", 400),
    "two documents": (b"{} {}", 400),
    "NaN": (b'{"customer_id": NaN}', 400),
    "Infinity": (b'{"customer_id": -Infinity}', 400),
    "1e999": (b'{"customer_id": 1e999}', 400),
    "5,000 digits": (b'{"customer_id": ' + b"9" * 5_000 + b"}", 400),
    "duplicate keys": (b'{"customer_id": "a", "customer_id": "b"}', 400),
    "10,000 levels of lists": (DEEP.encode(), 400),
    "10,000 levels of objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
    "not UTF-8": (b'{"customer_id": "\xff"}', 400),
    "UTF-16": (json.dumps(BODY).encode("utf-16"), 400),
    "a byte-order mark": (b"\xef\xbb\xbf{}", 400),
    "an escaped lone surrogate": (b'{"customer_id": "\\ud800"}', 400),
    "an escaped NUL": (b'{"customer_id": "\\u0000"}', 400),
    "over the limit": (b'{"customer_id": "' + b"a" * 1_000_001 + b'"}', 413),
}
BAD_QUERIES = {
    "unknown parameter": "colour=blue",
    "page zero": "page=0",
    "page negative": "page=-1",
    "page 10^30": f"page={10**30}",
    "page a word": "page=one",
    "page in full-width digits": "page=%EF%BC%91",
    "page with a sign": "page=%2B1",
    "page a fraction": "page=1.5",
    "page too deep": "page=99999&page_size=100",
    "page_size zero": "page_size=0",
    "page_size 10^8": "page_size=100000000",
    "unknown status": "status=lost",
    "unknown order_status": "order_status=shipped",
    "unknown payment_status": "payment_status=paid",
    "unknown fulfillment_status": "fulfillment_status=%F0%9F%98%80",
    "country with NUL": "country=%00",
    "country too long": "country=" + "x" * 101,
    "product_id too long": "product_id=" + "x" * 65,
    "product_id with a bidi override": "product_id=%E2%80%AE",
    "currency too long": "currency=POUNDS",
    "created_from without an offset": "created_from=2026-11-21T09:30:00",
    "created_from a day": "created_from=2026-11-21",
    "created_from the 32nd": "created_from=2026-11-32T09:30:00Z",
    "created_from of the year 0": "created_from=0000-01-01T00:00:00Z",
    "created_from before all time": "created_from=0001-01-01T00:00:00%2B14:00",
    "created_to after all time": "created_to=9999-12-31T23:59:59-14:00",
    "created_to with a plus that is a blank": "created_to=2026-11-21T09:30:00+01:00",
    "created_to in full-width digits": "created_to=%EF%BC%92026-11-21T09:30:00Z",
    "total_min without a currency": "total_min=1",
    "total_min NaN": "currency=GBP&total_min=NaN",
    "total_min Infinity": "currency=GBP&total_min=Infinity",
    "total_max with an exponent": "currency=GBP&total_max=1e3",
    "total_max negative": "currency=GBP&total_max=-1",
    "total_max of 40 digits": "currency=GBP&total_max=" + "9" * 40,
    "forged cursor": "cursor=W3RydWVd:AAAA",
    "cursor of another service": "cursor=eyJhIjoxfQ:1abcde:xxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "cursor of 100 kB": "cursor=" + "x" * 100_000,
    "cursor with NUL": "cursor=%00",
    "cursor not ASCII": "cursor=%C3%A9:%C3%A9",
    "cursor and page": "cursor=*&page=2",
    "repeated parameter": "page=1&page=2",
    "not UTF-8": "status=%FF",
    "NUL": "status=%00",
}
BAD_SEARCHES = {
    "100 kB of text": "q=" + "a" * 100_000,
    "201 characters": "q=" + "a" * 201,
    "17 words": "q=" + "+".join("abcdefghijklmnopq"),
    "NUL": "q=te%00a",
    "a lone surrogate": "q=%ED%A0%80",
    "a bidi override": "q=%E2%80%AE",
    "unknown sort_by": "sort_by=password",
    "SQL in sort_by": "sort_by=total%3B+drop+table+order_views",
    "unknown sort_order": "sort_order=sideways",
    "relevance without words": "sort_by=relevance",
    "a cursor of a list": "q=tea&cursor=W3RydWVd:AAAA",
}
BAD_LISTS = {
    "unknown sort_by": "sort_by=password",
    "SQL in sort_by": "sort_by=total%3B+drop+table+order_views",
    "relevance": "sort_by=relevance",
    "unknown sort_order": "sort_order=sideways",
    "words": "q=tea",
    "customer_id too long": "customer_id=" + "x" * 65,
    "customer_id with NUL": "customer_id=%00",
    "totals of all currencies": "sort_by=total&status=placed",
}
BAD_ORDERS = {
    "as_of_version zero": "as_of_version=0",
    "as_of_version 10^30": f"as_of_version={10**30}",
    "as_of_version in full-width digits": "as_of_version=%EF%BC%91",
    "as_of without an offset": "as_of=2026-11-21T09:30:00",
    "as_of a word": "as_of=yesterday",
    "expected_version negative": "expected_version=-1",
    "both": "as_of_version=1&as_of=2026-11-21T09:30:00Z",
}
BAD_TIMELINES = {
    "after_version negative": "after_version=-1",
    "after_version 10^30": f"after_version={10**30}",
    "page_size zero": "page_size=0",
    "page": "page=1",
}
BAD_REPORTS = {
    "from the 30th of February": "from=2026-02-30",
    "from a time": "from=2026-11-21T09:30:00Z",
    "from year 1": "from=0001-01-01",
    "too long": "from=1901-01-01&to=2026-11-21",
    "backwards": "from=2026-11-21&to=2026-11-20",
    "currency too long": "currency=POUNDS",
    "format a path": "format=../../etc/passwd",
    "unknown parameter": "group_by=country",
}
BAD_FEEDS = {
    "after a number": "after=5",
    "after a forged token": "after=NQ:AAAA",
    "after 100 kB": "after=" + "x" * 100_000,
    "limit 10^30": f"limit={10**30}",
    "limit zero": "limit=0",
    "types with SQL": "types=a';--",
    "types without end": "types=" + ",".join(["A"] * 9_999),
    "stream a word": "stream=all",
}
BAD_HEADERS = {
    "token a number": ("consistency_token", "5"),
    "token forged": ("consistency_token", "NQ:AAAA"),
    "token of 100 kB": ("consistency_token", "x" * 100_000),
    "token not ASCII": ("consistency_token", "\xff"),
    "wait without end": ("prefer", "wait=" + "9" * 1_000),
    "wait negative": ("prefer", "wait=-1"),
    "wait a fraction": ("prefer", "wait=0.5"),
}
HARMLESS_SEARCHES = [
    "!!!",
    "a & | !",
    "'",
    '"',
    "((",
    ":*",
    "<->",
    "\\",
    "%",
    "a:b",
    "-",
    "-tea",
    "or",
    "😀",
    ORDER,
    "tea*",
    "-jam*",
    "'*",
    "\\\\*",
    "(a)*",
    "***",
    'a*b* or "c* -d*',
]


def is_problem(answer, status=None):
    assert 400 <= answer.status_code < 500, answer.content
    assert status in (None, answer.status_code)
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"].startswith("/problems/")
    assert problem["title"]
    assert problem["detail"]
    assert head() == 0
    return problem


def _post(api, path, body):
    return api.post(path, json.dumps(body), content_type="application/json")


@pytest.mark.parametrize("name", WRONG_BODIES)
def test_a_wrong_body_is_refused_field_by_field(api, name):
    problem = is_problem(_post(api, "/api/orders", WRONG_BODIES[name]), 400)
    assert problem["errors"]
    assert all(error["field"] and error["detail"] for error in problem["errors"])


@pytest.mark.parametrize("name", RAW_BODIES)
@pytest.mark.parametrize(
    "method", ["POST /api/orders", f"POST /api/orders/{ORDER}/items", f"DELETE /api/orders/{ORDER}"]
)
def test_a_body_that_cannot_be_read_is_refused(api, name, method):
    body, status = RAW_BODIES[name]
    verb, path = method.split()
    is_problem(api.generic(verb, path, body, content_type="application/json"), status)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_of_another_type_is_refused(api, content_type):
    is_problem(api.generic("POST", "/api/orders", b"{}", content_type=content_type))


@pytest.mark.parametrize("order_id", ["seven", "7", "%00", "0" * 5_000, "..%2f..", ORDER + "x", "%F0%9F%98%80"])
@pytest.mark.parametrize("method", ["get", "delete"])
def test_an_order_id_that_is_none_is_refused(api, order_id, method):
    is_problem(getattr(api, method)(f"/api/orders/{order_id}"))
    is_problem(_post(api, f"/api/orders/{order_id}/items", ITEM))


@pytest.mark.parametrize("customer_id", ["a" * 65, "%00", "%E2%80%AE", "a%0Ab"])
def test_a_customer_id_that_is_none_is_refused(api, customer_id):
    is_problem(api.get(f"/api/customers/{customer_id}/orders"))


@pytest.mark.parametrize("name", BAD_QUERIES)
@pytest.mark.parametrize("path", ["/api/customers/ada/orders", "/api/orders/search", "/api/orders"])
def test_a_wrong_parameter_is_refused(api, path, name):
    assert is_problem(api.get(f"{path}?{BAD_QUERIES[name]}"), 400)["errors"]


@pytest.mark.parametrize("name", BAD_SEARCHES)
def test_a_wrong_search_is_refused(api, name):
    assert is_problem(api.get(f"/api/orders/search?{BAD_SEARCHES[name]}"), 400)["errors"]


PLACES = {
    "/api/orders": BAD_LISTS,
    f"/api/orders/{ORDER}": BAD_ORDERS,
    f"/api/orders/{ORDER}/timeline": BAD_TIMELINES,
    "/api/reports/daily-sales": BAD_REPORTS,
    "/api/reports/product-sales": BAD_REPORTS,
    "/api/customers/ada": {"any": "page=1"},
    "/api/projections": {"any": "page=1"},
}


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, bad in PLACES.items() for name in bad])
def test_a_wrong_question_is_refused(api, path, name):
    assert is_problem(api.get(f"{path}?{PLACES[path][name]}"), 400)["errors"]


@pytest.mark.parametrize("name", BAD_FEEDS)
def test_a_wrong_question_for_the_feed_is_refused(service_api, name):
    assert is_problem(service_api.get(f"/api/events?{BAD_FEEDS[name]}"), 400)["errors"]


@pytest.mark.parametrize("name", BAD_HEADERS)
@pytest.mark.parametrize("path", [*PLACES, "/api/orders/search?q=tea", "/api/customers/ada/orders"])
def test_a_header_that_makes_no_sense_is_refused(api, path, name):
    if path != "/api/projections":
        header, value = BAD_HEADERS[name]
        assert is_problem(api.get(path, headers={header: value}), 400)["errors"]


@pytest.mark.parametrize("q", HARMLESS_SEARCHES)
@pytest.mark.parametrize("sort_by", ["relevance", "created_at"])
def test_a_strange_search_finds_nothing_but_is_answered(api, q, sort_by):
    answer = api.get("/api/orders/search", {"q": q, "sort_by": sort_by})
    assert (answer.status_code, answer.json()["items"]) == (200, [])


@pytest.mark.parametrize("query", ["colour=blue", "reason=a&reason=b", "reason=%00", "reason=" + "a" * 501, ""])
def test_a_cancellation_without_a_proper_reason_is_refused(api, query):
    is_problem(api.delete(f"/api/orders/{ORDER}?{query}"), 400)


def test_two_reasons_are_refused(api):
    answer = api.delete(f"/api/orders/{ORDER}?reason=rain", {"reason": "snow"}, format="json")
    assert is_problem(answer, 400)["errors"][0]["field"] == "reason"


@pytest.mark.parametrize("header", ["3", '"x"', "W/1", "*", '"1", "2"', '"٣"', ""])
def test_an_if_match_that_is_no_version_is_refused(api, header):
    answer = api.delete(f"/api/orders/{ORDER}?reason=rain", HTTP_IF_MATCH=header)
    assert is_problem(answer, 400)["errors"][0]["field"] == "If-Match"


@pytest.mark.parametrize(
    "path", ["/api/orders", "/api/orders/search", f"/api/orders/{ORDER}/items", "/api/nothing", "/x"]
)
def test_other_methods_and_addresses_are_refused(api, path):
    is_problem(api.put(path, {}, format="json"))


def test_an_answer_that_is_not_json_is_not_to_be_had(api):
    is_problem(api.get("/api/orders/search", HTTP_ACCEPT="text/html"), 406)
