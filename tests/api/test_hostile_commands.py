"""Every hostile input to every command: a problem in the 4xx range, never a 500, and nothing is appended."""

import json

import pytest

from orders_write.event_store import head
from orders_write.models import IdempotencyRecord
from tests.api.commands import COMMANDS, ORDER
from tests.api.test_hostile_input import RAW_BODIES, is_problem

NOT_TEXTS = [7, True, None, [], {}, "te\x00xt", "te\u202ext", "te\ud800xt", "x" * 10_000]
NOT_NUMBERS = ["2", "２", 1.5, 1.0, True, None, [], {}, 10**40, 2**63]
NOT_AMOUNTS = [
    *(7, 3.5, None, True, [], {}, "", " 1", "-1", "+1", "1e3", "NaN", "Infinity", "1_000", "１０.００", "1.00001"),
    *("9" * 13, "1.", ".5", "1,5", "0x1", "1\n"),
]
NOT_FLAGS = ["true", "on", 1, 0, None, "", [], {}]
NOT_OBJECTS = [None, 7, "text", True, [], [{}]]
NOT_LISTS = [None, 7, "text", True, {}, {"0": {}}, [7], [None], [[]], [{}], [{"colour": "blue"}]]
TEXTS = ("customer_id", "reference", "text", "reason", "carrier", "tracking", "country", "recipient", "city", "name")
WRONG = {
    **dict.fromkeys((*TEXTS, "product_id", "currency"), NOT_TEXTS),
    **dict.fromkeys(("quantity", "line"), NOT_NUMBERS),
    **dict.fromkeys(("amount", "percent", "unit_price"), NOT_AMOUNTS),
    **dict.fromkeys(("draft", "restock"), NOT_FLAGS),
    "items": NOT_LISTS,
    "orders": [None, 7, "text", True, {}, [], [{}] * 501],
    "shipping_address": NOT_OBJECTS,
    "kind": [*NOT_TEXTS, "", "Void", "refund", "void "],
}
NULLS = {"customer_id", "reference"}
BAD_NUMBERS = ["0", "-1", "x", "1.5", "1" * 20, "%00", "%EF%BC%91", "+1", "1%0A", "%F0%9F%98%80"]
BAD_ORDER_IDS = ["seven", "7", "%00", "0" * 5_000, "..%2f..", ORDER + "x", ORDER.replace("-", ""), "%F0%9F%98%80"]
BAD_KEYS = [
    "",
    " ",
    "a b",
    '"a',
    'a"',
    '""',
    "a,b",
    '"a","b"',
    "x" * 256,
    '"' + "x" * 256 + '"',
    "é",
    "a\\b",
    "\x7f",
    "a\tb",
]
BAD_VERSIONS = ["3", '"x"', "*", '"1", "2"', '"٣"', "", '"-1"', '"1"x', "W/1", '"9999999999"']
EVERY = pytest.mark.parametrize("name", COMMANDS)


@pytest.fixture(autouse=True)
def _nothing_is_stored(databases):
    yield
    assert head() == 0
    assert not IdempotencyRecord.objects.exists()


def _ask(api, asked, body, **headers):
    return api.generic(asked.method, asked.path, json.dumps(body), content_type="application/json", **headers)


@EVERY
def test_a_field_that_is_wrong_missing_or_unknown_is_named(api, name):
    asked = COMMANDS[name]
    for field in asked.body:
        for value in WRONG[field]:
            if value is None and field in NULLS and name in ("create", "batch"):
                continue
            problem = is_problem(_ask(api, asked, asked.body | {field: value}), 400)
            assert problem["errors"], (field, value)

    for field in asked.needed:
        left = {other: value for other, value in asked.body.items() if other != field}
        problem = is_problem(_ask(api, asked, left), 400)
        assert field in [error["field"] for error in problem["errors"]]
    problem = is_problem(_ask(api, asked, asked.body | {"colour": "blue"}), 400)
    assert [error["field"] for error in problem["errors"]] == ["colour"]


@EVERY
def test_a_body_that_cannot_be_read_is_refused(api, name):
    asked = COMMANDS[name]
    for body, status in RAW_BODIES.values():
        if body and (status != 413 or name != "batch"):
            is_problem(api.generic(asked.method, asked.path, body, content_type="application/json"), status)
    for value in NOT_OBJECTS:
        is_problem(_ask(api, asked, value), 400)
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"):
        is_problem(api.generic(asked.method, asked.path, b"{}", content_type=content_type))
    chunked = api.generic(asked.method, asked.path, b"", HTTP_TRANSFER_ENCODING="chunked")
    assert is_problem(chunked, 411)["type"] == "/problems/length-required"


@EVERY
def test_a_wrong_header_or_parameter_is_named(api, name):
    asked = COMMANDS[name]
    for key in BAD_KEYS:
        problem = is_problem(_ask(api, asked, asked.body, HTTP_IDEMPOTENCY_KEY=key), 400)
        assert [error["field"] for error in problem["errors"]] == ["Idempotency-Key"], key
    for version in BAD_VERSIONS:
        problem = is_problem(_ask(api, asked, asked.body, HTTP_IF_MATCH=version), 400)
        assert [error["field"] for error in problem["errors"]] == ["If-Match"], version
    for query in ("colour=blue", "reason=%00", "reason=a&reason=b", "reason=%FF", "q=%ED%A0%80"):
        is_problem(_ask(api, asked._replace(path=f"{asked.path}?{query}"), asked.body), 400)


@EVERY
def test_an_address_that_is_none_and_a_method_that_it_does_not_take_are_refused(api, name):
    asked, path = COMMANDS[name], COMMANDS[name].path
    if ORDER in asked.path:
        assert is_problem(_ask(api, asked, asked.body), 404)["type"] == "/problems/order-not-found"
        for order_id in BAD_ORDER_IDS:
            is_problem(_ask(api, asked._replace(path=asked.path.replace(ORDER, order_id)), asked.body))
    for noun in ("items/1", "fulfillments/1"):
        if noun in asked.path:
            for number in BAD_NUMBERS:
                elsewhere = path.replace(noun, noun.replace("1", number))
                is_problem(_ask(api, asked._replace(path=elsewhere), asked.body))

    taken = {asked.method for asked in COMMANDS.values() if asked.path == path}
    for method in {"POST", "PUT", "PATCH", "DELETE", "TRACE", "FROB"} - taken:
        is_problem(api.generic(method, path, b"{}", content_type="application/json"), 405)


def test_a_new_order_has_no_version_to_match(api):
    for name in ("create", "batch"):
        problem = is_problem(_ask(api, COMMANDS[name], COMMANDS[name].body, HTTP_IF_MATCH='"1"'), 400)
        assert [error["field"] for error in problem["errors"]] == ["If-Match"]


def test_a_batch_over_its_limit_is_refused(api):
    body = b'{"orders": ["' + b"a" * 8_000_001 + b'"]}'
    is_problem(api.generic("POST", "/api/orders/batch", body, content_type="application/json"), 413)
