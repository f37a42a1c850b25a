"""The endpoints as clients use them: whole answers compared."""

from uuid import UUID

import pytest
from django.core.management import call_command

from gate.consistency import position_of
from orders_read.models import Checkpoint
from orders_write.event_store import head, load_stream
from projections.registry import PROJECTORS
from tests.api.test_hostile_input import BODY, ITEM, ORDER


@pytest.fixture
def placed(api):
    """An order of Ada's, placed over HTTP."""
    return api.post("/api/orders", BODY | {"order_id": ORDER}, format="json")


def test_an_order_is_placed(placed):
    assert (placed.status_code, placed.json()) == (201, {"order_id": ORDER, "version": 1, "status": "created"})
    assert (placed["Location"], placed["ETag"]) == (f"/api/orders/{ORDER}", '"1"')
    assert position_of(placed["Consistency-Token"]) == head()


def test_the_server_makes_the_id_when_the_client_does_not(api):
    first, second = (api.post("/api/orders", BODY, format="json").json()["order_id"] for _ in range(2))
    assert first < second


def test_the_event_says_who_asked_and_under_which_correlation_id(api, placed):
    correlation_id = "01890a5d-0000-7000-8000-000000000001"
    answer = api.post(f"/api/orders/{ORDER}/items", ITEM, format="json", HTTP_CORRELATION_ID=correlation_id)
    metadata = load_stream(answer_id(answer))[1].metadata
    assert (metadata.actor, str(metadata.correlation_id)) == ("operator-1", correlation_id)
    assert answer["Correlation-Id"] == correlation_id


def answer_id(answer):
    return UUID(answer.json()["order_id"])


def test_an_item_is_added_and_the_order_cancelled(api, placed, project):
    added = api.post(f"/api/orders/{ORDER}/items", ITEM | {"currency": "GBP"}, format="json")
    told = {"order_id": ORDER, "version": 2, "status": "item_added", "line": 2}
    assert (added.status_code, added.json()) == (200, told)
    cancelled = api.delete(f"/api/orders/{ORDER}?reason=rain")
    assert (cancelled.status_code, cancelled.json()) == (200, {"order_id": ORDER, "version": 3, "status": "cancelled"})
    assert (added["ETag"], cancelled["ETag"]) == ('"2"', '"3"')
    project()
    found = api.get(f"/api/orders/{ORDER}")
    assert found["ETag"] == '"3"'
    body = found.json()
    assert body.pop("created_at").endswith("Z")
    assert body.pop("updated_at").endswith("Z")
    line = ITEM | {"total": "7.00", "discount": "0.00", "fulfilled": 0, "returned": 0}
    assert body == {
        "order_id": ORDER,
        "customer_id": "ada",
        "reference": None,
        "status": "cancelled",
        "order_status": "cancelled",
        "payment_status": "none",
        "fulfillment_status": "unfulfilled",
        "currency": "GBP",
        "items": [{"line": 1} | line, {"line": 2} | line],
        "subtotal": "14.00",
        "discount": "0.00",
        "shipping_fee": "0.00",
        "total": "14.00",
        **dict.fromkeys(("authorised", "captured", "refunded"), "0.00"),
        "item_count": 2,
        "unit_count": 4,
        "shipping_address": {"country": "UK"},
        "payments": [],
        "fulfillments": [],
        "notes": [],
        "cancel_reason": "rain",
        "hold_reason": "",
        **dict.fromkeys(("confirmed_at", "shipped_at", "delivered_at", "closed_at")),
        "version": 3,
        "stale": False,
    }


def test_the_reason_may_be_in_the_body(api, placed):
    answer = api.delete(f"/api/orders/{ORDER}", {"reason": "snow"}, format="json")
    assert answer.status_code == 200
    assert load_stream(answer_id(answer))[1].event.reason == "snow"


def test_broken_rules_are_conflicts_and_append_nothing(api, placed):
    api.delete(f"/api/orders/{ORDER}?reason=rain")
    before = head()
    refused = [
        api.delete(f"/api/orders/{ORDER}?reason=rain"),
        api.post(f"/api/orders/{ORDER}/items", ITEM, format="json"),
        api.post("/api/orders", BODY | {"order_id": ORDER}, format="json"),
    ]
    assert [answer.status_code for answer in refused] == [409] * 3
    assert [answer.json()["type"] for answer in refused] == [
        "/problems/order-already-cancelled",
        "/problems/order-is-cancelled",
        "/problems/order-already-exists",
    ]
    assert head() == before


def test_one_currency_per_order(api, placed):
    answer = api.post(f"/api/orders/{ORDER}/items", ITEM | {"currency": "EUR"}, format="json")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/currency-mismatch")


def test_an_unknown_order_is_not_found(api):
    answers = [
        api.get(f"/api/orders/{ORDER}"),
        api.delete(f"/api/orders/{ORDER}?reason=rain"),
        api.post(f"/api/orders/{ORDER}/items", ITEM, format="json"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert {answer.json()["type"] for answer in answers} == {"/problems/order-not-found"}


def test_if_match_makes_a_command_conditional(api, placed):
    path = f"/api/orders/{ORDER}/items"
    assert api.post(path, ITEM, format="json", HTTP_IF_MATCH='"1"').status_code == 200
    late = api.post(path, ITEM, format="json", HTTP_IF_MATCH='"1"')
    assert (late.status_code, late.json()["type"]) == (412, "/problems/version-mismatch")
    assert late.json()["current_version"] == 2
    assert len(load_stream(answer_id(placed))) == 2


ENDPOINTS = [
    ("post", "/api/orders"),
    ("post", f"/api/orders/{ORDER}/items"),
    ("delete", f"/api/orders/{ORDER}"),
    ("get", f"/api/orders/{ORDER}"),
    ("get", "/api/customers/ada/orders"),
    ("get", "/api/orders/search"),
]


@pytest.mark.parametrize("credentials", ["", "Bearer", "Bearer nonsense", "Bearer é", "Token x", "Bearer a b"])
@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_every_endpoint_asks_who_is_there(anonymous_api, method, path, credentials):
    headers = {"HTTP_AUTHORIZATION": credentials} if credentials else {}
    answer = getattr(anonymous_api, method)(path, **headers)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_health_needs_nobody(anonymous_api, project):
    assert anonymous_api.get("/healthz").json() == {"status": "alive"}
    project()
    ready = anonymous_api.get("/readyz")
    body = ready.json()
    assert (ready.status_code, body["status"]) == (200, "ready")
    assert {name: body["checks"][name] for name in ("write_database", "read_database", "broker")} == {
        "write_database": "ok",
        "read_database": "ok",
        "broker": "ok",
    }
    lag = {one["projection"]: one["lag_events"] for one in body["checks"]["projections"]}
    assert lag == dict.fromkeys((projector.name for projector in PROJECTORS), 0)


def test_readiness_is_degraded_while_a_read_model_needs_a_rebuild(anonymous_api, project):
    project()
    Checkpoint.objects.using("read").filter(projection="daily_sales").update(version=0)
    body = anonymous_api.get("/readyz").json()
    states = {one["projection"]: one["state"] for one in body["checks"]["projections"]}
    assert (body["status"], states["daily_sales"], states["order_views"]) == ("degraded", "needs rebuild", "active")
    call_command("rebuild_projections", "--outdated", verbosity=0)
    assert anonymous_api.get("/readyz").json()["status"] == "ready"
