"""The commands on the page of an order: offered where they are accepted, done once, and never over somebody else's."""

import re
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.auth.models import User

from config.dashboard.order import Order
from config.dashboard.order_actions import ACTIONS
from orders_read.models import OrderView
from orders_write.command_bus import Context, dispatch
from orders_write.event_store import load_stream
from orders_write.ids import new_id
from tests.builders import add, authorize, capture, confirm, create, deliver, fulfill, hold, note
from tests.dashboard.staff import COMMAND, VIEW, text_of
from tests.given_when_then import ORDER
from tests.laws.dead_database import dead

PAGE = f"/admin/orders/{ORDER}/"
PLACED, CONFIRMED = [create(), add()], [create(), add(), confirm()]
PAID = [*CONFIRMED, authorize("7.375"), capture("7.375")]
SHIPPED = [*PAID, fulfill((1, 2))]
ADDRESS = {"country": "EIRE", "city": "Dublin"}
MONEY = {"amount": "1.25", "reference": "new-1"}
# For each command: an order that accepts it, what is typed, and what comes of it.
GOOD = {
    "confirm": (PLACED, {}, "OrderConfirmed"),
    "note": (PLACED, {"text": "ring\ntwice"}, "NoteAdded"),
    "close": ([*PAID, fulfill(), deliver()], {}, "OrderClosed"),
    "expire": (PLACED, {}, "OrderExpired"),
    "cancel": (PLACED, {"reason": "out of tea", "restock": "on"}, "OrderCancelled"),
    "add-item": (PLACED, {"product_id": "pin", "name": "Pin", "quantity": "3", "unit_price": "0.10"}, "OrderItemAdded"),
    "quantity": (PLACED, {"line": "2", "quantity": "5"}, "ItemQuantityChanged"),
    "remove-item": (PLACED, {"line": "2"}, "OrderItemRemoved"),
    "discount": (PLACED, {"percent": "10", "amount": "", "line": "1"}, "DiscountApplied"),
    "shipping-fee": (PLACED, {"amount": "4.95"}, "ShippingFeeSet"),
    "authorize": (PLACED, MONEY, "PaymentAuthorized"),
    "capture": ([*CONFIRMED, authorize("7.00")], MONEY, "PaymentCaptured"),
    "void": ([*CONFIRMED, authorize("7.00")], {"reference": "v-9"}, "PaymentVoided"),
    "failure": (PLACED, {**MONEY, "reason": "refused"}, "PaymentFailed"),
    "refund": (PAID, {**MONEY, "reason": "stale tea"}, "RefundIssued"),
    "address": (PLACED, ADDRESS, "ShippingAddressSet"),
    "fulfill": (CONFIRMED, {"line-1": "1", "line-2": "", "carrier": "Royal Mail"}, "ItemsFulfilled"),
    "tracking": (SHIPPED, {"fulfillment": "1", "carrier": "DHL", "tracking": ""}, "TrackingUpdated"),
    "delivered": (SHIPPED, {"fulfillment": "1"}, "FulfillmentDelivered"),
    "take-back": (SHIPPED, {"fulfillment": "1", "reason": "wrong label"}, "FulfillmentCancelled"),
    "hold": (CONFIRMED, {"reason": "address unclear"}, "FulfillmentHeld"),
    "release": ([*CONFIRMED, hold()], {}, "HoldReleased"),
    "return": (SHIPPED, {"line-1": "1", "reason": "stale"}, "ItemsReturned"),
}  # fmt: skip
# What is typed wrong, the field that is marked ("" for the whole form), and the status.
BAD = {
    "note": ({"text": ""}, "text", 400),
    "cancel": ({"reason": "\x07"}, "reason", 400),
    "add-item": ({"product_id": "pin", "name": "Pin", "quantity": "0", "unit_price": "1"}, "quantity", 400),
    "quantity": ({"line": "2", "quantity": "many"}, "quantity", 400),
    "remove-item": ({"line": "9"}, "", 404),
    "discount": ({"percent": "10", "amount": "1"}, "percent", 400),
    "shipping-fee": ({"amount": "1,5"}, "amount", 400),
    "authorize": ({"amount": "0", "reference": "x"}, "amount", 400),
    "capture": ({"amount": "9.00", "reference": "x"}, "", 409),
    "void": ({"reference": "a-1"}, "", 409),
    "failure": ({"amount": "1", "reference": "x" * 129, "reason": "r"}, "reference", 400),
    "refund": ({"amount": "99", "reference": "x", "reason": "r"}, "", 409),
    "address": ({"country": "", "city": "Dublin"}, "country", 400),
    "fulfill": ({"line-1": "99"}, "", 409),
    "tracking": ({"fulfillment": "x", "carrier": "", "tracking": ""}, "fulfillment", 400),
    "delivered": ({"fulfillment": "7"}, "", 404),
    "take-back": ({"fulfillment": "1", "reason": " "}, "reason", 400),
    "hold": ({"reason": "r" * 501}, "reason", 400),
    "return": ({"line-1": "-1", "reason": "stale"}, "line-1", 400),
}  # fmt: skip


@pytest.fixture
def operator(signed_in):
    return signed_in("ada", VIEW, COMMAND)


def _told(*asked):
    for command in asked:
        dispatch(command, Context("grace"))


def _log():
    return [stored.event_type for stored in load_stream(ORDER)]


def _form(version, **typed):
    return {"expected_version": str(version), "key": str(new_id()), **typed}


def _hidden(answer, name):
    return re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())[1]


def test_every_action_is_tried_with_good_input():
    assert list(GOOD) == [action.slug for action in ACTIONS]
    assert set(GOOD) - set(BAD) == {"confirm", "close", "expire", "release"}  # which ask for nothing


@pytest.mark.parametrize("slug", GOOD)
def test_a_command_is_offered_done_in_the_name_of_who_asks_and_seen_afterwards(operator, post, slug):
    before, typed, event = GOOD[slug]
    _told(*before)
    post()
    offered = operator.get(PAGE, {"do": slug, "seen": str(len(before))})
    assert f"?do={slug}&amp;" in offered.content.decode()
    form = typed | {name: _hidden(offered, name) for name in ("do", "key", "expected_version")}
    answer = operator.post(PAGE, form)
    assert (answer.status_code, answer.url.partition("=")[0]) == (302, f"{PAGE}?after"), text_of(answer)
    stored = load_stream(ORDER)
    assert {one.event_type for one in stored[len(before) :]} >= {event}
    assert {one.metadata.actor for one in stored[len(before) :]} == {"ada"}
    post()
    shown = operator.get(answer.url)
    assert f"the order is at version {len(stored)}." in text_of(shown)
    assert shown.context["order"]["version"] == len(stored)
    assert not shown.context["known"].is_stale


@pytest.mark.parametrize("slug", BAD)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(operator, post, slug):
    before, _, _ = GOOD[slug]
    typed, field, status = BAD[slug]
    _told(*before)
    post()
    answer = operator.post(PAGE, _form(len(before), do=slug, **typed))
    form = answer.context["form"]
    assert (answer.status_code, set(form.errors)) == (status, {field or "__all__"}), form.errors
    assert {name: form[name].value() for name in typed} == typed
    assert 'aria-invalid="true"' in answer.content.decode() or not field
    assert str(next(iter(form.errors.values()))[0]).replace("'", "&#x27;") in answer.content.decode()
    assert len(_log()) == len(before)


def test_a_form_that_was_refused_can_be_put_right_and_sent_again(operator, post):
    _told(*PLACED)
    post()
    refused = operator.post(PAGE, _form(2, do="remove-item", line="9"))
    form = {name: _hidden(refused, name) for name in ("do", "key", "expected_version")}
    assert operator.post(PAGE, form | {"line": "2"}).status_code == 302
    assert _log()[-1] == "OrderItemRemoved"


def test_a_form_that_is_sent_twice_is_done_once(operator, post):
    _told(*PLACED)
    post()
    form = _form(2, do="note", text="ring twice")
    first, again = operator.post(PAGE, form), operator.post(PAGE, form)
    assert (first.status_code, first.url) == (again.status_code, again.url)
    assert _log() == ["OrderCreated", "OrderItemAdded", "NoteAdded"]
    other = operator.post(PAGE, form | {"text": "ring thrice"})
    assert (other.status_code, "used for another request" in text_of(other)) == (422, True)


def test_somebody_else_was_faster(operator, post):
    _told(*PLACED)
    post()
    _told(note("ring twice"))
    post()
    answer = operator.post(PAGE, _form(2, do="cancel", reason="out of tea"))
    assert answer.status_code == 412
    assert [(one.version, one.actor, one.title) for one in answer.context["news"]] == [(3, "grace", "Note added")]
    assert "Somebody else was faster. Nothing of yours was done." in text_of(answer)
    assert "v3 by grace" in text_of(answer)
    form = answer.context["form"]
    assert (form["reason"].value(), form["expected_version"].value()) == ("out of tea", "3")
    again = {name: _hidden(answer, name) for name in ("do", "key", "expected_version")}
    assert operator.post(PAGE, again | {"reason": "out of tea"}).status_code == 302
    assert _log()[-1] == "OrderCancelled"


def test_the_news_are_there_though_the_read_side_lags_behind(operator, post, settings):
    settings.READ_WAIT_MAX_SECONDS = 0
    _told(*PLACED)
    post()
    _told(note("ring twice"))
    answer = operator.post(PAGE, _form(2, do="cancel", reason="out of tea"))
    assert [(one.version, one.changes[0].after) for one in answer.context["news"]] == [(3, "ring twice")]
    assert "have not caught up" in text_of(answer)


def test_a_form_that_is_opened_late_says_what_has_happened_since(operator, post):
    _told(*PLACED, note("ring twice"))
    post()
    answer = operator.get(PAGE, {"do": "cancel", "seen": "2"})
    assert [one.version for one in answer.context["news"]] == [3]
    assert answer.context["form"]["expected_version"].value() == "3"
    assert "The order has changed. Since you looked at it" in text_of(answer)


@pytest.mark.parametrize(
    "hidden",
    [
        {"expected_version": "", "key": str(new_id())},
        {"expected_version": "2", "key": "x"},
        {"expected_version": "9" * 30, "key": str(new_id())},
        {"expected_version": "-1\x00", "key": "\u202e"},
        {},
    ],
)
def test_a_form_without_its_hidden_fields_is_refused(operator, post, hidden):
    _told(*PLACED)
    post()
    answer = operator.post(PAGE, {"do": "note", "text": "x", **hidden})
    assert answer.status_code == 400
    assert "This form is not complete; open it again." in text_of(answer)
    assert len(_log()) == 2


def test_a_command_that_there_is_not(operator, post):
    _told(*PLACED)
    assert operator.post(PAGE, _form(2, do="teleport")).status_code == 404
    assert operator.post(f"/admin/orders/{new_id()}/", _form(2, do="confirm")).status_code == 404


def test_who_may_only_look_sees_no_forms_and_is_refused(post, signed_in):
    _told(*PLACED)
    post()
    viewer = signed_in("viewer", VIEW)
    answer = viewer.get(PAGE, {"do": "cancel"})
    assert "What can be done" not in text_of(answer)
    assert 'method="post" action="/admin/orders' not in answer.content.decode()
    assert viewer.post(PAGE, _form(2, do="cancel", reason="x")).status_code == 403
    assert viewer.get("/admin/orders/new/").status_code == 403
    assert len(_log()) == 2


def test_commands_are_given_while_the_read_database_is_down(operator, post):
    _told(*PLACED)
    post()
    with dead("read"):
        assert operator.post(PAGE, _form(2, do="note", text="ring twice")).status_code == 302
        refused = operator.post(PAGE, _form(3, do="remove-item", line="9"))
    assert refused.status_code == 404
    assert "The order has no line 9" in text_of(refused)
    assert _log()[-1] == "NoteAdded"


def test_a_new_order(operator, post):
    page = operator.get("/admin/orders/new/")
    typed = {name: _hidden(page, name) for name in ("do", "key", "expected_version")} | {
        "customer_id": "ada", "currency": "GBP", "reference": "", "shipping_address.country": "EIRE",
        "item-0-product_id": "tea", "item-0-name": "Tea", "item-0-quantity": "2", "item-0-unit_price": "3.50",
        "item-1-product_id": "", "item-1-name": "", "item-1-quantity": "", "item-1-unit_price": "",
        "item-2-product_id": "jam", "item-2-name": "Jam", "item-2-quantity": "0", "item-2-unit_price": "1",
    }  # fmt: skip
    more = operator.post("/admin/orders/new/", typed | {"more": "1"})
    assert (more.status_code, len(more.context["rows"])) == (200, 8)
    assert more.context["form"]["item-0-name"].value() == "Tea"
    wrong = operator.post("/admin/orders/new/", typed)
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (400, ["item-2-quantity"])
    key = {"key": _hidden(wrong, "key"), "item-2-quantity": "1"}
    first, again = (operator.post("/admin/orders/new/", typed | key) for _ in range(2))
    assert first.url == again.url == f"/admin/orders/{key['key']}/?after={first.url.partition('=')[2]}"
    post()
    assert list(OrderView.objects.values_list("order_id", "customer_id", "item_count")) == [
        (UUID(key["key"]), "ada", 2)
    ]


def test_a_new_order_of_a_guest_without_items_is_a_draft_or_refused(operator, databases):
    page = operator.get("/admin/orders/new/")
    typed = {name: _hidden(page, name) for name in ("do", "key", "expected_version")} | {
        "customer_id": "", "currency": "EUR", "shipping_address.country": "EIRE",
    }  # fmt: skip
    refused = operator.post("/admin/orders/new/", typed)
    assert (refused.status_code, "An order needs at least one item" in text_of(refused)) == (400, True)
    assert (
        operator.post("/admin/orders/new/", typed | {"draft": "on", "key": _hidden(refused, "key")}).status_code == 302
    )


def test_the_page_is_shown_while_the_write_database_is_down_and_says_so(post, rf):
    _told(*PLACED)
    post()
    request = rf.get(PAGE)
    request.user, request.session = User(username="ada", is_staff=True, is_superuser=True), {}
    with dead("default"):
        text = text_of(Order.as_view(site=admin.site)(request, order_id=ORDER).render())
    assert "The write database does not answer: nothing can be changed now." in text
    assert "Total 7.375 GBP" in text
    assert "What can be done" not in text
