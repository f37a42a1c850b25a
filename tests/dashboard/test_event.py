"""One event on its page: what it says, the chain that it is a link of, and the rows that it touches."""

import pytest
from django.contrib.auth.models import User

from config.dashboard.event import EventPage
from orders_write.command_bus import Context, dispatch
from orders_write.domain.commands import AddNote, CancelOrder, ConfirmOrder
from orders_write.ids import event_id
from orders_write.models import Event
from tests.dashboard.clients import queries_of, rendered, signed_in, with_permissions
from tests.databases import owner_connection
from tests.laws.dead_database import dead
from tests.projections.helpers import poison

_OLD = """
    insert into events (stream_id, stream_type, version, event_type, schema_version, data, metadata)
    select stream_id, stream_type, 2, %s, %s, %s, metadata from events where stream_id = %s and version = 1
    returning position
"""


@pytest.fixture
def staff(databases, user):
    """Somebody who may do everything."""
    return signed_in(user("ada"))


def _page(client, position):
    answer = client.get(f"/admin/events/{position}/")
    assert answer.status_code == 200
    return answer


def _append(order_id, event_type, schema_version, data):
    with owner_connection("default") as owner:
        return owner.execute(_OLD, [event_type, schema_version, data, order_id]).fetchone()[0]


def _at(order_id, version):
    return Event.objects.get(stream_id=order_id, version=version).position


def _related(answer):
    related = answer.context_data["chain"].related
    return {relation: [entry.event_type for entry in entries] for relation, entries in related.items()}


@pytest.fixture
def chained(place):
    """An order; a note in answer to it, on another order; a confirmation in answer to the note. Both orders' ids."""
    first, second = place(), place()
    asked = Context("clerk")
    dispatch(AddNote(order_id=second, text="see the other order"), asked)
    caused = Context("policy", correlation_id=asked.correlation_id, causation_id=event_id(second, 2))
    dispatch(ConfirmOrder(order_id=first), caused)
    last = Context("policy", correlation_id=asked.correlation_id, causation_id=caused.command_id)
    dispatch(CancelOrder(order_id=first, reason="a mistake"), last)
    return first, second


def test_what_it_says_and_who_caused_it(staff, place):
    order_id = place(customer="ada")
    page = _page(staff, _at(order_id, 1)).content.decode()
    for said in ("OrderCreated", "Leeds", "tests", str(order_id), str(event_id(order_id, 1)), "version 2"):
        assert said in page
    assert f"Event {_at(order_id, 1)} | Daybook" in page
    assert "Delete" not in page


def test_the_chain_from_the_first_cause_to_the_last_effect(staff, chained):
    first, second = chained
    expected = {
        (second, 1): {},
        (second, 2): {"effect": ["OrderConfirmed"], "correlated": ["OrderCancelled"]},
        (first, 2): {"cause": ["NoteAdded"], "effect": ["OrderCancelled"]},
        (first, 3): {"cause": ["OrderConfirmed"], "correlated": ["NoteAdded"]},
    }
    assert {place: _related(_page(staff, _at(*place))) for place in expected} == expected
    assert f'href="/admin/events/{_at(second, 2)}/"' in _page(staff, _at(first, 2)).content.decode()


def test_a_cause_that_is_no_event_is_named(staff, place):
    order_id = place()
    dispatch(AddNote(order_id=order_id, text="ring"), Context("shop", causation_id=event_id(order_id, 77)))
    answer = _page(staff, _at(order_id, 2))
    assert _related(answer) == {}
    assert f"Its cause, {event_id(order_id, 77)}, is no event near it" in answer.content.decode()


def test_its_neighbours_in_the_log_and_in_its_order(staff, chained):
    first, second = chained
    chain = _page(staff, _at(first, 2)).context_data["chain"]
    neighbours = (chain.stream_previous, chain.stream_next, chain.log_previous, chain.log_next)
    assert neighbours == (_at(first, 1), _at(first, 3), _at(second, 2), _at(first, 3))
    ends = _page(staff, _at(first, 1)).context_data["chain"], _page(staff, _at(first, 3)).context_data["chain"]
    assert (ends[0].stream_previous, ends[0].log_previous, ends[1].stream_next, ends[1].log_next) == (None,) * 4


def _rows(answer):
    return {
        model.name: (model.state, [(dict(one.key), one.address, bool(one.row)) for one in model.rows])
        for model in answer.context_data["read_models"]
    }


def _states(models):
    return {name: (state, rows[0][2]) for name, (state, rows) in models.items()}


def test_the_rows_it_touches_and_where_they_are_shown(staff, place, project):
    order_id = place(("tea", 2, "3.50"), customer="ada")
    position = _at(order_id, 1)
    before = _rows(_page(staff, position))
    project()
    day = Event.objects.get().recorded_at.date()
    after = _rows(_page(staff, position))
    report = f"/admin/sales/?by=country&first={day}&last={day}&currency=GBP"
    month = day.replace(day=1)
    product = f"/admin/sales/?by=product&first={month}&last={month}&currency=GBP&product=tea"
    expected = {
        "customer_summaries": ({"customer_id": "ada", "currency": "GBP"}, "/admin/customers/ada/"),
        "daily_sales": ({"day": str(day), "currency": "GBP", "country": "United Kingdom"}, report),
        "product_sales": ({"month": str(month), "product_id": "tea", "currency": "GBP"}, product),
    }
    assert {name: (key, address) for name, (_, [(key, address, _)]) in after.items() if name in expected} == expected
    names = ["order_views", "order_timeline", "customer_summaries", "daily_sales", "product_sales", "order_deadlines"]
    assert {name: (state, rows[0][2]) for name, (state, rows) in before.items()} == dict.fromkeys(
        names, ("waiting", False)
    )
    assert {name: (state, rows[0][2]) for name, (state, rows) in after.items()} == dict.fromkeys(
        names, ("posted", True)
    )
    addresses = [address for _, rows in after.values() for _, address, _ in rows if address]
    assert [staff.get(address).status_code for address in addresses if "orders/" not in address] == [200] * 3


def test_an_event_that_a_read_model_has_parked(staff, place, project):
    order_id = place()
    project()
    position = poison(order_id, version=2)
    project()
    answer = _page(staff, position)
    assert "Its JSON is not that of an event of this type" in answer.content.decode()
    later = _append_note(order_id)
    project()
    states = {name: state for name, (state, _) in _rows(_page(staff, later)).items()}
    assert states["order_views"] == "parked"


def _append_note(order_id):
    with owner_connection("default") as owner:
        statement = _OLD.replace("stream_type, 2,", "stream_type, 3,")
        return owner.execute(statement, ["NoteAdded", 1, '{"text": "after it"}', order_id]).fetchone()[0]


def test_an_old_event_is_shown_as_stored_and_as_it_is_read(staff, place):
    order_id = place()
    said = '{"reason": "out of tea", "customer_id": "ada", "currency": "GBP", "total": "7.00"}'
    answer = _page(staff, _append(order_id, "OrderCancelled", 1, said))
    assert (answer.context_data["newest"], '"country"' in answer.context_data["stored"]) == (3, False)
    assert '"country": "Unspecified"' in answer.context_data["upcast"]
    assert "As this release reads it, in version 3" in answer.content.decode()


def test_an_event_of_a_newer_release_is_shown_as_it_is_stored(staff, place):
    page = _page(staff, _append(place(), "OrderPainted", 1, '{"colour": "blue"}')).content.decode()
    assert "colour" in page
    assert "This release does not know OrderPainted version 1" in page


@pytest.mark.parametrize("position", ["0", "999999", "9" * 18, "9" * 30, "9" * 5000])
def test_a_position_without_an_event_is_not_found(staff, position):
    assert staff.get(f"/admin/events/{position}/").status_code == 404


def test_it_is_for_those_who_may_see_events_and_cannot_be_changed(staff, place):
    address = f"/admin/events/{_at(place(), 1)}/"
    assert with_permissions("bob", "view_orderview").get(address).status_code == 403
    assert with_permissions("bob", "view_event").get(address).status_code == 200
    assert [getattr(staff, method)(address).status_code for method in ("post", "put", "delete")] == [405] * 3


def test_the_number_of_queries_is_bounded(staff, place, project):
    order_id = place()
    few = queries_of(staff, f"/admin/events/{_at(order_id, 1)}/")
    big = place(*[(f"tea-{number}", 1, "1.00") for number in range(60)])
    project()
    address = f"/admin/events/{_at(big, 1)}/"
    assert queries_of(staff, address) <= few <= 24
    assert staff.get(address).context_data["read_models"][4].more == 40


def test_while_a_database_is_down_the_rest_is_shown(place, project, user):
    order_id, account = place(), User.objects.get(username=user("ada"))
    project()
    address, position = "/admin/events/1/", _at(order_id, 1)
    with dead("default"):
        copied = rendered(EventPage, account, address, position=position)
    with dead("read"):
        stored = rendered(EventPage, account, address, position=position)
    with dead("default"), dead("read"):
        nothing = rendered(EventPage, account, address, position=position)
    assert copied.context_data["entry"] == stored.context_data["entry"] != nothing.context_data["entry"]
    assert "The rows it touches" in copied.content.decode()
    assert "the read models" in stored.content.decode()
    assert "cannot be looked up now" in nothing.content.decode()
