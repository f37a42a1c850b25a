"""The commands as clients use them: an order's whole life over HTTP, each answer compared as a whole."""

from uuid import UUID

import pytest

from gate.consistency import position_of
from orders_write.event_store import head, load_stream
from orders_write.models import Event
from tests.api.commands import COMMANDS, ITEM, ORDER, PLACED

HERE = f"/api/orders/{ORDER}"


def _ask(api, name, body=None, **headers):
    asked = COMMANDS[name]
    return getattr(api, asked.method.lower())(
        asked.path, asked.body if body is None else body, format="json", **headers
    )


@pytest.fixture
def placed(api):
    """An order of two teas for 7.00, placed over HTTP."""
    return api.post("/api/orders", PLACED | {"order_id": ORDER}, format="json")


LIFE = [
    ("add an item", None, {"status": "item_added", "line": 2}, f"{HERE}/items/2"),
    ("change a quantity", None, {"status": "quantity_changed"}, None),
    ("add an item", None, {"status": "item_added", "line": 3}, f"{HERE}/items/3"),
    ("remove an item", None, {"status": "item_removed"}, None),
    ("set the address", None, {"status": "shipping_address_set"}, None),
    ("apply a percentage", {"percent": "10"}, {"status": "discount_applied"}, None),
    ("apply an amount", {"amount": "1.00", "line": 2}, {"status": "discount_applied"}, None),
    ("set the fee", {"amount": "1.70"}, {"status": "shipping_fee_set"}, None),
    ("add a note", None, {"status": "note_added"}, None),
    (
        "authorise",
        {"kind": "authorization", "amount": "13.40", "reference": "a-1"},
        {"status": "payment_authorized"},
        None,
    ),
    ("fail", None, {"status": "payment_failed"}, None),
    ("confirm", None, {"status": "confirmed"}, None),
    ("capture", {"kind": "capture", "amount": "13.40", "reference": "c-1"}, {"status": "payment_captured"}, None),
    ("hold", None, {"status": "held"}, None),
    ("release", None, {"status": "hold_released"}, None),
    (
        "fulfill",
        {"items": [{"line": 2, "quantity": 1}]},
        {"status": "fulfilled", "fulfillment": 1},
        f"{HERE}/fulfillments/1",
    ),
    ("track", None, {"status": "tracking_updated"}, None),
    ("cancel a fulfillment", None, {"status": "fulfillment_cancelled"}, None),
    ("fulfill", {}, {"status": "fulfilled", "fulfillment": 2}, f"{HERE}/fulfillments/2"),
]


def test_an_order_lives_over_http(api, placed):
    assert (placed.status_code, placed.json()) == (201, {"order_id": ORDER, "version": 1, "status": "created"})
    for version, (name, body, told, location) in enumerate(LIFE, start=2):
        answer = _ask(api, name, body)
        assert (name, answer.json()) == (name, {"order_id": ORDER, "version": version} | told)
        assert answer.status_code == (201 if "fulfillment" in told else 200)
        assert (answer["ETag"], position_of(answer["Consistency-Token"])) == (f'"{version}"', head())
        assert answer.get("Location") == location
    delivered = api.post(f"{HERE}/fulfillments/2/delivery")
    returned = _ask(api, "return", {"items": [{"line": 2, "quantity": 1}], "reason": "chipped"})
    refunded = _ask(api, "refund", {"amount": "3.00", "reference": "r-1", "reason": "chipped"})
    closed = api.post(f"{HERE}/closure", {}, format="json")
    assert [answer.json()["status"] for answer in (delivered, returned, refunded, closed)] == [
        "delivered", "returned", "refunded", "closed",
    ]  # fmt: skip
    assert {stored.metadata.actor for stored in load_stream(UUID(ORDER))} == {"operator-1"}


@pytest.mark.parametrize(
    ("name", "told"), [("cancel", "cancelled"), ("cancel by DELETE", "cancelled"), ("expire", "expired")]
)
def test_an_order_ends_unconfirmed(api, placed, name, told):
    assert _ask(api, name).json() == {"order_id": ORDER, "version": 2, "status": told}


def test_an_open_authorization_is_voided(api, placed):
    _ask(api, "authorise", {"kind": "authorization", "amount": "7.00", "reference": "a-1"})
    assert _ask(api, "void").json() == {"order_id": ORDER, "version": 3, "status": "payment_voided"}


def test_a_cancellation_that_voids_the_payment_is_told_with_its_last_version(api, placed):
    _ask(api, "authorise", {"kind": "authorization", "amount": "7.00", "reference": "a-1"})
    answer = _ask(api, "cancel")
    assert answer.json() == {"order_id": ORDER, "version": 4, "status": "cancelled"}
    assert (answer["ETag"], position_of(answer["Consistency-Token"])) == ('"4"', head())


def test_a_draft_needs_no_items(api):
    draft = api.post("/api/orders", PLACED | {"order_id": ORDER, "items": [], "draft": True}, format="json")
    assert draft.status_code == 201
    assert _ask(api, "confirm").json()["type"] == "/problems/order-has-no-lines"
    assert _ask(api, "add an item").json()["line"] == 1


@pytest.mark.parametrize(
    ("name", "path", "kind"),
    [
        ("change a quantity", f"{HERE}/items/9", "line-not-found"),
        ("remove an item", f"{HERE}/items/9", "line-not-found"),
        ("track", f"{HERE}/fulfillments/9", "fulfillment-not-found"),
        ("cancel a fulfillment", f"{HERE}/fulfillments/9", "fulfillment-not-found"),
        ("deliver", f"{HERE}/fulfillments/9/delivery", "fulfillment-not-found"),
    ],
)
def test_what_an_order_does_not_have_is_not_found(api, placed, name, path, kind):
    if "fulfillment" in path:
        assert _ask(api, "confirm").status_code == 200
    answer = getattr(api, COMMANDS[name].method.lower())(path, COMMANDS[name].body, format="json")
    assert (answer.status_code, answer.json()["type"]) == (404, f"/problems/{kind}")


def test_a_rule_that_refuses_says_its_figures(api, placed):
    _ask(api, "confirm")
    answer = _ask(api, "fulfill", {"items": [{"line": 1, "quantity": 3}]})
    assert (answer.status_code, answer.json()) == (
        409,
        {
            "type": "/problems/fulfillment-too-large",
            "title": "A rule refuses this",
            "status": 409,
            "detail": "Cannot fulfill 3 of line 1: 2 ordered, 0 fulfilled.",
            "instance": f"{HERE}/fulfillments",
        },
    )


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"'])
def test_a_version_that_is_not_the_orders_is_told_the_one_there_is(api, placed, tag):
    assert _ask(api, "add a note", HTTP_IF_MATCH=tag).status_code == 200
    late = _ask(api, "add a note", HTTP_IF_MATCH=tag)
    assert (late.status_code, late["Content-Type"]) == (412, "application/problem+json")
    assert {name: late.json()[name] for name in ("type", "status", "current_version", "instance")} == {
        "type": "/problems/version-mismatch",
        "status": 412,
        "current_version": 2,
        "instance": f"{HERE}/notes",
    }
    assert len(load_stream(UUID(ORDER))) == 2


def test_a_batch_stores_each_order_or_says_why_not(api, placed):
    wrong = PLACED | {"items": [ITEM | {"quantity": "2"}]}
    orders = [
        PLACED,
        PLACED | {"order_id": ORDER},
        wrong,
        7,
        None,
        PLACED | {"currency": "XYZ"},
        PLACED | {"reference": None},
    ]
    answer = api.post("/api/orders/batch", {"orders": orders}, format="json")
    body = answer.json()
    assert (answer.status_code, body["stored"], body["refused"]) == (200, 2, 5)
    first, last = body["results"][0], body["results"][6]
    assert (first, last) == tuple(
        {"order_id": one["order_id"], "version": 1, "status": "created"} for one in (first, last)
    )
    assert [one["problem"]["status"] for one in body["results"][1:6]] == [409, 400, 400, 400, 400]
    assert {one["status"] for one in body["results"][1:6]} == {"refused"}
    assert body["results"][2]["problem"]["errors"][0]["field"] == "items.0.quantity"
    assert body["results"][5]["problem"]["errors"][0]["field"] == "currency"
    assert position_of(answer["Consistency-Token"]) == head()
    assert len(load_stream(UUID(first["order_id"]))) == 1


def test_a_batch_in_which_nothing_is_right_stores_nothing(api):
    answer = api.post("/api/orders/batch", {"orders": [{}, 7]}, format="json", HTTP_IDEMPOTENCY_KEY="k")
    assert (answer.json()["stored"], answer.json()["refused"], head()) == (0, 2, 0)
    assert "Consistency-Token" not in answer


def test_a_batch_takes_as_many_as_it_says(api):
    orders = [PLACED | {"items": [ITEM | {"name": "x" * 200}] * 15}] * 500
    answer = api.post("/api/orders/batch", {"orders": orders}, format="json")
    assert (answer.status_code, answer.json()["stored"], Event.objects.count()) == (200, 500, 500)
