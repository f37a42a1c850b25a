"""GET /api/orders/{id}/timeline, as_of_version, as_of, If-None-Match: what an order was, and whether it is still."""

import pytest

from tests.orders_read.conftest import ADA_CANCELLED, ADA_TEA, GRACE_BOWLS
from tests.orders_read.test_get_order_by_id import ADA_TEA_ALONE as ADA_TEA_BODY
from tests.orders_read.test_get_order_by_id import UNKNOWN
from tests.projections.helpers import add_jam

TIMELINE = f"/api/orders/{ADA_TEA}/timeline"
NEWER = {"version", "item_count", "unit_count", "updated_at", "items", "subtotal", "total"}


def test_what_happened_and_who_did_it(shop, api):
    answer = api.get(TIMELINE)
    body = answer.json()
    assert [(item["version"], item["event_type"], item["actor"]) for item in body["items"]] == [
        (1, "OrderCreated", "tests"),
        (2, "OrderItemAdded", "tests"),
    ]
    assert body["items"][1]["data"]["line"]["product_id"] == "JAM-1"
    assert body["items"][1]["occurred_at"] == "2024-05-07T09:00:00Z"
    assert {name: body[name] for name in ("order_id", "version", "next_after_version", "stale")} == {
        "order_id": str(ADA_TEA), "version": 2, "next_after_version": None, "stale": False,
    }  # fmt: skip
    assert answer["Read-Position"]


def test_page_by_page(shop, api):
    first = api.get(TIMELINE, {"page_size": 1}).json()
    second = api.get(TIMELINE, {"page_size": 1, "after_version": first["next_after_version"]}).json()
    assert [item["version"] for item in first["items"] + second["items"]] == [1, 2]
    assert second["next_after_version"] is None
    assert api.get(TIMELINE, {"after_version": 2}).json()["items"] == []


@pytest.mark.parametrize("query", ["after_version=-1", "after_version=x", "page_size=0", "page_size=101", "page=1"])
def test_a_wrong_parameter(shop, api, query):
    answer = api.get(f"{TIMELINE}?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, query.partition("=")[0])


@pytest.mark.parametrize("path", ["timeline", "?as_of_version=1", "?as_of=2025-01-01T00:00:00Z", "?expected_version=1"])
def test_an_order_that_is_not_there_and_one_that_is_somebody_elses_are_the_same(shop, api, ada_api, path):
    at = "/" if path == "timeline" else ""
    found = [client.get(f"/api/orders/{id_}{at}{path}") for client, id_ in ((api, UNKNOWN), (ada_api, GRACE_BOWLS))]
    assert [answer.status_code for answer in found] == [404, 404]
    unknown, foreign = [answer.content.decode() for answer in found]
    assert unknown.replace(str(UNKNOWN), "ID") == foreign.replace(str(GRACE_BOWLS), "ID")
    assert ada_api.get(f"/api/orders/{ADA_TEA}{at}{path}").status_code == 200


def test_as_of_a_version_and_as_of_a_time(shop, api):
    first = api.get(f"/api/orders/{ADA_TEA}?as_of_version=1").json()
    assert (first["version"], first["total"], len(first["items"])) == (1, "7.00", 1)
    same = {name: value for name, value in ADA_TEA_BODY.items() if name not in NEWER}
    assert {name: first[name] for name in same} == same
    at = {"before": "2024-05-07T08:59:59.999999Z", "then": "2024-05-07T10:00:00+01:00", "now": "2030-01-01T00:00:00Z"}
    seen = {name: api.get(f"/api/orders/{ADA_TEA}", {"as_of": moment}).json() for name, moment in at.items()}
    assert seen["before"] == first
    assert seen["then"] == seen["now"] == ADA_TEA_BODY
    assert api.get(f"/api/orders/{ADA_TEA}", {"as_of": "2024-04-30T00:00:00Z"}).status_code == 404
    assert api.get(f"/api/orders/{ADA_TEA}?as_of_version=3").status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("as_of_version=0", "as_of_version"),
        ("as_of_version=x", "as_of_version"),
        ("as_of=2024-05-01", "as_of"),
        ("as_of=2024-05-01T09:00:00", "as_of"),
        ("as_of=2024-05-01T09:00:00+01:00", "as_of"),
        ("as_of=0001-01-01T00:00:00%2B23:00", "as_of"),
        ("expected_version=0", "expected_version"),
        ("expected_version=" + "9" * 20, "expected_version"),
        ("as_of_version=1&expected_version=1", "expected_version"),
        ("as_of_version=1&as_of=2024-05-01T09:00:00Z", "as_of"),
    ],
)
def test_a_wrong_version_or_time(shop, api, query, field):
    answer = api.get(f"/api/orders/{ADA_TEA}?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize("tags", ['"2"', 'W/"2"', '"1", "2"', "*", '"x",W/"2"'])
def test_who_has_it_already_is_told_so(shop, api, tags):
    answer = api.get(f"/api/orders/{ADA_TEA}", headers={"if_none_match": tags})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", '"2"')
    assert answer["Read-Position"]


@pytest.mark.parametrize("tags", ['"1"', '"22"', '"x"', 'W/""', ""])
def test_who_has_another_version_gets_this_one(shop, api, tags):
    assert api.get(f"/api/orders/{ADA_TEA}", headers={"if_none_match": tags}).json() == ADA_TEA_BODY


@pytest.mark.parametrize("tags", ["2", '"2', "W/2", '"1" "2"', "x" * 5_000, '"é"', '"1",'])
def test_what_is_no_tag_is_refused(shop, api, tags):
    answer = api.get(f"/api/orders/{ADA_TEA}", headers={"if_none_match": tags})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "If-None-Match")


def test_a_change_ends_what_somebody_has(shop, project, api):
    add_jam(ADA_TEA)
    project()
    answer = api.get(f"/api/orders/{ADA_TEA}", headers={"if_none_match": '"2"'})
    assert (answer.status_code, answer["ETag"]) == (200, '"3"')
    assert api.get(f"/api/orders/{ADA_CANCELLED}", headers={"if_none_match": "*"}).status_code == 304
