"""The page of one order: as it is, as it was, what each event changed, and what it says when something is missing."""

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from gate.consistency import token_of
from orders_write.command_bus import Context, dispatch
from orders_write.event_store import head
from orders_write.ids import new_id
from projections.catch_up import catch_up
from projections.registry import named
from tests.builders import add, authorize, capture, confirm, create, deliver, fulfill, note, percent, remove
from tests.dashboard.staff import COMMAND, VIEW, text_of
from tests.given_when_then import ORDER
from tests.laws.dead_database import dead

PAGE = f"/admin/orders/{ORDER}/"
LIFE = [
    create(), add(), percent("10", line=1), remove(2), confirm(), authorize(amount="6.30"), capture(amount="6.30"),
    fulfill(), note(), deliver(),
]  # fmt: skip


@pytest.fixture
def life(post):
    """An order that has come to version 10, posted."""
    for command in LIFE:
        dispatch(command, Context("grace"))
    post()


@pytest.fixture
def viewer(signed_in):
    return signed_in("viewer", VIEW)


@pytest.fixture
def operator(signed_in):
    return signed_in("ada", VIEW, COMMAND)


def test_it_shows_lines_money_states_address_and_what_happened(viewer, life):
    answer = viewer.get(PAGE)
    text = text_of(answer)
    for part in (
        "Shown as delivered Order confirmed Payment captured Fulfillment delivered Customer ada",
        "Subtotal 6.30 GBP Discount 0.00 GBP Shipping fee 0.00 GBP Total 6.30 GBP Authorised 6.30 GBP",
        "Recipient Ada Address 1 Mill Lane City Leeds Postal code LS1 4AP Country United Kingdom",
        "1 Darjeeling tea 2 3.50 GBP 0.70 GBP 6.30 GBP 2 0",
        "Authorization 6.30 GBP a-1",
        "1 delivered 2 of line 1",
        "ring twice grace",
    ):
        assert part in text
    assert [(one.version, one.title, one.actor) for one in answer.context["entries"]][-2:] == [
        (2, "Order item added", "grace"),
        (1, "Order created", "grace"),
    ]


def test_each_event_says_what_it_changed(viewer, life):
    found = {one.version: [tuple(change) for change in one.changes] for one in viewer.get(PAGE).context["entries"]}
    assert found[2] == [
        ("subtotal", "7.00", "7.375"),
        ("total", "7.00", "7.375"),
        ("line 2", "–", "3 × Strawberry jam (jam) at 0.125"),
    ]
    assert found[3] == [
        ("subtotal", "7.375", "6.675"),
        ("total", "7.375", "6.675"),
        ("line 1, discount", "0.00", "0.70"),
        ("line 1, total", "7.00", "6.30"),
    ]
    assert found[4][-1] == ("line 2", "3 × Strawberry jam (jam) at 0.125", "–")
    assert found[9] == [("note 1", "–", "ring twice")]
    assert found[10] == [
        ("shown as", "shipped", "delivered"),
        ("fulfillment", "fulfilled", "delivered"),
        ("fulfillment 1, status", "shipped", "delivered"),
    ]


def test_a_version_shows_the_order_as_it_was_with_its_changes_marked(viewer, life):
    context = viewer.get(PAGE, {"version": "4"}).context
    assert (context["walk"].version, context["walk"].previous, context["walk"].next) == (4, 3, 5)
    assert {fact.name: (fact.value, fact.was) for fact in context["amounts"] if fact.was} == {
        "subtotal": ("6.30", "6.675"),
        "total": ("6.30", "6.675"),
    }
    assert [(line["line"], line["mark"]) for line in context["lists"]["items"]] == [(1, ""), (2, "removed")]
    assert [fact.value for fact in context["states"]] == ["placed", "placed", "none", "unfulfilled"]
    first = viewer.get(PAGE, {"version": "1"})
    assert [line["mark"] for line in first.context["lists"]["items"]] == ["new"]
    assert "As it was at version 1 of 10." in text_of(first)


@pytest.mark.parametrize("version", ["11", "0", "-1", "x", "99999999999999999999", "%00", "1 or 1=1"])
def test_a_version_that_there_is_not_is_a_message(viewer, life, version):
    answer = viewer.get(f"{PAGE}?version={version}")
    assert (answer.status_code, answer.context["walk"].version) == (200, 10)
    assert answer.context["walk"].fault


@pytest.mark.parametrize(
    "query", ["do=nothing", "do=note&seen=x", "seen=%FF&do=%00", "after=1:x", "after=" + "9" * 999]
)
def test_a_hostile_address_is_no_error(operator, life, query):
    assert operator.get(f"{PAGE}?{query}").status_code == 200


def test_an_order_that_is_not_there(viewer, databases):
    answer = viewer.get(f"/admin/orders/{new_id()}/")
    assert answer.status_code == 404
    assert "The read side knows no order" in text_of(answer)
    assert viewer.get("/admin/orders/not-an-id/").status_code == 404


def test_a_long_timeline_is_shown_in_parts(viewer, post):
    dispatch(create(), Context("grace"))
    for number in range(99):
        dispatch(note(f"note {number}"), Context("grace"))
    post()
    newest = viewer.get(PAGE).context
    assert [one.version for one in newest["entries"]] == list(range(100, 60, -1))
    assert (newest["older"], newest["newer"]) == (60, 0)
    middle = viewer.get(PAGE, {"version": "60"}).context
    assert [middle["entries"][0].version, middle["entries"][-1].version, middle["newer"]] == [80, 41, 81]
    first = viewer.get(PAGE, {"version": "1"}).context
    assert [first["entries"][0].version, first["entries"][-1].version, first["older"]] == [40, 1, 0]


def test_both_pages_ask_a_number_of_queries_that_does_not_grow(operator, life, post):
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connections["read"]) as read, CaptureQueriesContext(connections["default"]) as write:
            assert operator.get(PAGE, {"do": "note", "version": "5", "after": token_of(1)}).status_code == 200
        counts.append((len(read), len(write)))
        for number in range(30):
            dispatch(note(f"note {number}"), Context("grace"))
        post()
    assert counts[0] == counts[1]
    assert 0 < counts[0][0] <= 8
    assert counts[0][1] <= 8


def test_it_says_that_it_has_not_caught_up_with_what_was_done_last(viewer, life, settings):
    settings.READ_WAIT_MAX_SECONDS = 0
    dispatch(note("later"), Context("ada"))
    answer = viewer.get(PAGE, {"after": token_of(head())})
    assert "have not caught up" in text_of(answer)
    assert answer.context["walk"].newest == 10


def test_a_timeline_that_lags_behind_is_no_error(viewer, life):
    dispatch(note("later"), Context("ada"))
    catch_up(*named(["order_views"]))
    answer = viewer.get(PAGE)
    assert (answer.context["walk"].version, answer.context["entries"][0].version) == (11, 10)
    assert "later" in text_of(answer)
    assert "has not come to version 11" in text_of(viewer.get(PAGE, {"version": "11"}))


def test_orders_that_lag_behind_their_timeline_are_folded(viewer, life):
    dispatch(note("later"), Context("ada"))
    catch_up(*named(["order_timeline"]))
    answer = viewer.get(PAGE)
    assert answer.context["walk"].version == 11
    assert [one["text"] for one in answer.context["lists"]["notes"]] == ["ring twice", "later"]


def test_a_history_that_this_release_cannot_read_issaid(operator, life):
    with connections["read"].cursor() as cursor:
        cursor.execute("update order_timeline set event_type = 'OrderTeleported' where version = 2")
    answer = operator.get(PAGE)
    assert answer.status_code == 200
    assert "This release does not know OrderTeleported" in text_of(answer)
    assert "Total 6.30 GBP" in text_of(answer)


def test_it_says_that_the_read_database_is_down(operator, life):
    with dead("read"):
        answer = operator.get(PAGE)
    assert answer.status_code == 200
    assert "the order (OperationalError)" in text_of(answer)


def test_links_lead_to_pages_that_are_there_alone(viewer, life):
    text = viewer.get(PAGE).content.decode()
    assert 'href=""' not in text
