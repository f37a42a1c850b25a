"""GET /api/events: the log by HTTP, in order and without gaps, whatever is parked, and as soon as something comes."""

import json
import threading
import time
from uuid import UUID

import pytest

from gate.consistency import position_of, token_of
from orders_read import feed
from orders_read.models import TimelineEntry
from orders_write import event_store
from orders_write.models import Event
from projections import parking
from projections.catch_up import catch_up
from projections.projectors.order_timeline import OrderTimeline
from tests.databases import owner_connection
from tests.projections.helpers import add_jam, poison


class EightTimelines(OrderTimeline):
    """`order_timeline`, posted by up to eight workers."""

    partitions = 8


@pytest.fixture
def consumer(service_api):
    """Follow the feed from the beginning or from a token on, to its end; the events and the last token."""

    def follow(after=None, **asked):
        events, more = [], True
        while more:
            answer = service_api.get("/api/events", asked | ({"after": after} if after else {}))
            assert answer.status_code == 200, answer.content
            body = answer.json()
            events += body["events"]
            after, more = body["next"], body["has_more"]
        return events, after

    return follow


def _places(events):
    return [(UUID(event["order_id"]), event["version"]) for event in events]


def _log():
    return list(Event.objects.order_by("position").values_list("stream_id", "version"))


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_the_whole_log_in_its_order(shop, consumer, limit):
    events, after = consumer(limit=limit)
    assert _places(events) == _log()
    assert position_of(after) == event_store.head()
    stored = Event.objects.order_by("position").first()
    assert events[0] == {
        "order_id": str(stored.stream_id),
        "version": 1,
        "event_type": "OrderCreated",
        "schema_version": 2,
        "data": json.loads(stored.data) if isinstance(stored.data, str) else stored.data,
        "actor": "tests",
        "command_id": events[0]["command_id"],
        "correlation_id": events[0]["correlation_id"],
        "causation_id": None,
        "occurred_at": "2024-05-01T09:00:00Z",
        "recorded_at": stored.recorded_at.isoformat().replace("+00:00", "Z"),
    }


def test_from_a_token_on(shop, consumer, project):
    _, after = consumer()
    assert consumer(after) == ([], after)
    add_jam(_log()[0][0])
    project()
    events, _ = consumer(after)
    assert _places(events) == _log()[-1:]


def test_some_types_alone(shop, consumer):
    events, after = consumer(types="OrderCancelled,OrderItemAdded", limit=1)
    assert [event["event_type"] for event in events] == ["OrderCancelled", "OrderItemAdded"]
    assert position_of(after) == event_store.head()
    assert consumer(types="NoSuchEvent")[0] == []


def test_some_types_alone_of_a_log_that_is_longer_than_what_is_looked_at(shop, service_api, monkeypatch):
    monkeypatch.setattr(feed, "_FOLLOW_LOG", feed._FOLLOW_LOG.replace("10000", "2").replace("9999", "1"))
    bodies = [service_api.get("/api/events", {"types": "OrderCancelled"}).json()]
    while bodies[-1]["has_more"]:
        bodies.append(service_api.get("/api/events", {"types": "OrderCancelled", "after": bodies[-1]["next"]}).json())
    assert [len(body["events"]) for body in bodies] == [0, 0, 1, 0]


def test_one_stream_alone(shop, consumer):
    order_id = _log()[0][0]
    assert _places(consumer(stream=order_id, limit=1)[0]) == [(order_id, 1), (order_id, 2)]


def test_it_reaches_as_far_as_the_slowest_partition(place, consumer):
    for partition in range(8):
        catch_up(EightTimelines(), partition)
    order_ids = [place() for _ in range(12)]
    slow = order_ids[5].int % 8
    first_of_slow = next(number for number, order_id in enumerate(order_ids) if order_id.int % 8 == slow)
    for partition in set(range(8)) - {slow}:
        catch_up(EightTimelines(), partition)
    events, after = consumer()
    assert events == []
    assert first_of_slow >= 0
    catch_up(EightTimelines(), slow)
    assert _places(consumer(after)[0]) == _log()


def test_it_stops_before_what_is_parked_and_goes_on_when_that_is_there(place, project, consumer, service_api):
    first, held, last = place(), place(), place()
    position = poison(held, version=2)
    after_held = place()
    project()
    events, after = consumer()
    assert _places(events) == [(first, 1), (held, 1), (last, 1)]
    assert position_of(after) == position - 1
    body = service_api.get("/api/events", {"after": after})
    assert (body.json()["held"], body.json()["stale"], body["Warning"][:3]) == (True, True, "110")
    assert _places(consumer(stream=last)[0]) == [(last, 1)]
    assert _places(consumer(types="OrderCreated")[0]) == [(first, 1), (held, 1), (last, 1), (after_held, 1)]
    parking.skip(OrderTimeline(), held, reason="it is no event", by="tests")
    assert _places(consumer(after)[0]) == [(after_held, 1)]


def test_whoever_waits_is_told_when_something_comes(shop, service_api, consumer):
    from django.db import connections

    _, after = consumer()
    order_id = _log()[0][0]

    def later():
        time.sleep(0.2)
        add_jam(order_id)
        catch_up(OrderTimeline())
        connections.close_all()

    worker = threading.Thread(target=later)
    worker.start()
    began = time.monotonic()
    answer = service_api.get("/api/events", {"after": after}, headers={"prefer": "wait=10"})
    worker.join()
    assert (_places(answer.json()["events"]), answer["Preference-Applied"]) == ([(order_id, 3)], "wait=10")
    assert time.monotonic() - began < 5


def test_whoever_waits_in_vain_is_answered_in_time(shop, service_api, consumer):
    _, after = consumer()
    began = time.monotonic()
    answer = service_api.get("/api/events", {"after": after}, headers={"prefer": "wait=1"})
    assert (answer.json()["events"], answer.json()["next"], answer.json()["has_more"]) == ([], after, False)
    assert 0.9 < time.monotonic() - began < 2


def test_too_many_do_not_wait(shop, service_api, consumer, settings):
    settings.FEED_WAITERS = 0
    _, after = consumer()
    began = time.monotonic()
    assert service_api.get("/api/events", {"after": after}, headers={"prefer": "wait=9"}).json()["events"] == []
    assert time.monotonic() - began < 1


def test_a_command_s_token_is_a_place_to_begin(shop, consumer, project):
    token = token_of(event_store.head())
    add_jam(_log()[0][0])
    project()
    assert len(consumer(token)[0]) == 1


def test_data_are_as_the_log_holds_them(place, project, consumer):
    place(("tea", 2, "3.50"))
    project()
    [event] = consumer()[0]
    with owner_connection("default") as owner:
        [(stored,)] = owner.execute("select data from events").fetchall()
    assert event["data"] == stored
    assert TimelineEntry.objects.using("read").get().data == stored


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=5", "after"),
        ("after=" + "x" * 9_999, "after"),
        ("after=%C3%A9", "after"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("types=a;b", "types"),
        ("types=,", "types"),
        ("types=" + ",".join(f"A{chr(97 + n)}" for n in range(17)), "types"),
        ("stream=7", "stream"),
        ("page=1", "page"),
    ],
)
def test_refused(databases, service_api, query, field):
    answer = service_api.get(f"/api/events?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_the_feed_is_for_services_and_auditors(databases, api):
    assert api.get("/api/events").status_code == 403
