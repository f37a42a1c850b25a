"""The log on its page: filtered by what stands in the address, a page at a time, never more than a bound of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from config.dashboard import event_search
from config.dashboard.event_search import COPY, LOG, Found, Wanted, find, position_at
from config.dashboard.events import EventLog
from orders_write.command_bus import Context, dispatch
from orders_write.domain.commands import AddNote
from orders_write.models import Event
from tests.dashboard.clients import HOSTILE, queries_of, rendered, signed_in, with_permissions
from tests.databases import owner_connection
from tests.laws.dead_database import dead

EVENTS = "/admin/events/"


@pytest.fixture
def staff(databases, user):
    """Somebody who may do everything."""
    return signed_in(user("ada"))


@pytest.fixture
def noted(place):
    """Three orders, the second with a note by somebody else; its id and the context of that note."""
    order_ids = [place(), place(), place()]
    context = Context("grace")
    dispatch(AddNote(order_id=order_ids[1], text="ring twice"), context)
    return order_ids[1], context


def _positions(answer):
    return [entry.position for entry in answer.context_data["found"].entries]


def _all():
    return list(Event.objects.order_by("-position").values_list("position", flat=True))


def _first_from(position):
    return Event.objects.filter(position__gte=position).order_by("position").first().position


def test_every_event_newest_first_with_links(staff, noted):
    answer = staff.get(EVENTS)
    assert _positions(answer) == _all()
    page = answer.content.decode()
    assert [f'href="/admin/events/{position}/"' in page for position in _all()] == [True] * 4
    assert "Delete" not in page


def test_each_filter(staff, noted):
    order_id, context = noted
    created, note = [one for one in _all() if Event.objects.get(position=one).stream_id == order_id][::-1]
    expected = {
        "type=NoteAdded": [note],
        "type=NoteAdded&type=OrderCreated": _all(),
        "type=OrderExpired": [],
        f"stream={order_id}": [note, created],
        f"stream={order_id}&type=OrderCreated": [created],
        "actor=grace": [note],
        "actor=nobody": [],
        f"correlation={context.correlation_id}": [note],
        f"before={note}": _all()[1:],
        f"after={created}": [one for one in _all() if one > created],
    }
    assert {asked: _positions(staff.get(f"{EVENTS}?{asked}")) for asked in expected} == expected


def test_a_time_is_found_by_halving(staff, noted):
    moments = dict(Event.objects.order_by("position").values_list("position", "recorded_at"))
    assert [_first_from(position_at(LOG, moment)) for moment in moments.values()] == list(moments)
    assert position_at(LOG, max(moments.values()) + timedelta(seconds=1)) == max(moments) + 1
    second, third = list(moments)[1:3]
    asked = {"since": f"{moments[second]:%Y-%m-%dT%H:%M:%S.%f}", "until": moments[third].isoformat()}
    assert _positions(staff.get(EVENTS, asked)) == [second]


def test_a_time_is_found_beyond_gaps_and_in_an_empty_log(place):
    assert position_at(LOG, datetime(2026, 1, 1, tzinfo=UTC)) == 1
    place()
    with owner_connection("default") as owner:
        owner.execute("select setval('events_position_seq', nextval('events_position_seq') + 1000)")
    place()
    first, last = Event.objects.order_by("position")
    assert last.position > first.position + 1000
    found = [_first_from(position_at(LOG, one.recorded_at)) for one in (first, last)]
    assert found == [first.position, last.position]


def test_a_page_leads_to_the_older_and_back_to_the_newer(monkeypatch, staff, noted):
    monkeypatch.setattr(event_search, "PAGE", 3)
    everything = _all()
    newest = find(LOG, Wanted())
    assert ([one.position for one in newest.entries], newest.newer) == (everything[:3], None)
    older = find(LOG, Wanted(before=newest.older))
    assert ([one.position for one in older.entries], older.older) == (everything[3:], None)
    back = find(LOG, Wanted(after=older.newer))
    assert ([one.position for one in back.entries], back.newer) == (everything[:3], None)
    assert f"before={newest.older}" in staff.get(EVENTS).content.decode()


def test_a_search_without_an_index_says_how_far_it_looked_and_goes_on(monkeypatch, staff, noted):
    monkeypatch.setattr(event_search, "LOOK", 2)
    last, before, *_ = _all()
    answer = staff.get(f"{EVENTS}?type=OrderExpired")
    found = answer.context_data["found"]
    assert found == Found([], before, last, looked_at_all=False, older=before, newer=None)
    assert "further ones have not been looked at" in answer.content.decode()
    steps, wanted = 1, Wanted(types=("OrderExpired",), before=found.older)
    while (found := find(LOG, wanted)).older:
        steps, wanted = steps + 1, Wanted(types=wanted.types, before=found.older)
    assert found.looked_at_all
    assert steps <= last // 2 + 1


def test_without_events_and_without_matches_the_page_says_what_to_do(staff, place):
    assert "place_sample_orders" in staff.get(EVENTS).content.decode()
    place()
    assert "clear them" in staff.get(f"{EVENTS}?actor=nobody").content.decode()


@pytest.mark.parametrize("name", ["type", "stream", "correlation", "since", "until", "before", "after"])
def test_a_wrong_filter_is_named_and_nothing_is_looked_for(staff, name):
    for value in HOSTILE:
        answer = staff.get(f"{EVENTS}?{name}={value}")
        assert (answer.status_code, list(answer.context_data["form"].errors)) == (200, [name])
        assert answer.context_data["found"] is None
        assert 'class="db-error"' in answer.content.decode()


def test_whatever_stands_for_an_actor_is_looked_for_or_refused(staff):
    asked = [f"{EVENTS}?actor={value}&unknown={value}" for value in HOSTILE]
    assert [staff.get(address).status_code for address in asked] == [200] * len(asked)


def test_the_number_of_queries_is_bounded(staff, place):
    place()
    few = queries_of(staff, EVENTS)
    for _ in range(12):
        place()
    assert queries_of(staff, EVENTS) == few <= 8
    assert queries_of(staff, f"{EVENTS}?type=OrderCreated&since=2020-01-01T00:00&until=2090-01-01T00:00") <= few + 2


def test_it_is_for_those_who_may_see_events_and_for_reading_alone(staff, databases):
    assert with_permissions("bob", "view_orderview").get(EVENTS).status_code == 403
    assert with_permissions("bob", "view_event").get(EVENTS).status_code == 200
    assert staff.post(EVENTS).status_code == 405


def test_while_the_write_database_is_down_its_copy_is_shown(noted, project, user):
    project()
    account, everything = User.objects.get(username=user("ada")), find(LOG, Wanted()).entries
    with dead("default"):
        answer = rendered(EventLog, account, f"{EVENTS}?type=NoteAdded&type=OrderCreated")
    assert answer.context_data["found"].entries == everything
    assert "order_timeline, the log&#x27;s copy" in answer.content.decode()
    assert "the log itself, in the write database" in answer.content.decode()


def test_a_search_that_takes_too_long_is_given_up(staff, place):
    place()
    position = _all()[0]
    with owner_connection("default") as owner, owner.transaction():
        owner.execute("lock table events")
        listed, one = staff.get(EVENTS), staff.get(f"{EVENTS}{position}/")
    assert "took too long and was given up" in listed.content.decode()
    assert "the event (looking took too long)" in one.content.decode()


def test_with_both_databases_down_the_page_says_so(databases, user):
    account = User.objects.get(username=user("ada"))
    with dead("default"), dead("read"):
        answer = rendered(EventLog, account, EVENTS)
    assert answer.status_code == 200
    assert "its copy, in the read database" in answer.content.decode()


def test_the_copy_answers_as_the_log_does(noted, project):
    project()
    order_id, context = noted
    since = Event.objects.order_by("position")[1].recorded_at
    asked = [
        Wanted(), Wanted(stream=order_id), Wanted(actor="grace"), Wanted(correlation=context.correlation_id),
        Wanted(types=("NoteAdded",)), Wanted(since=since), Wanted(until=since),
    ]  # fmt: skip
    assert [find(COPY, one) for one in asked] == [find(LOG, one) for one in asked]
