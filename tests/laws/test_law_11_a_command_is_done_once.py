"""Law 11: a command is done once: the same Idempotency-Key gives the same answer and no second event."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connections

from orders_write.event_store import head, load_stream
from orders_write.models import Event, IdempotencyRecord
from orders_write.signals import events_committed
from tests import tokens
from tests.api.commands import ITEM, PLACED
from tests.databases import owner_connection

DUPLICATES = 200
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def _place(api, key=KEY, **changes):
    return api.post("/api/orders", PLACED | changes, format="json", HTTP_IDEMPOTENCY_KEY=key)


def _same(first, again):
    """The same answer, byte for byte, marked as one that was given before."""
    assert (again.status_code, again.content) == (first.status_code, first.content)
    for header in ("Content-Type", "ETag", "Location", "Consistency-Token"):
        assert again.get(header) == first.get(header)
    assert ("Idempotency-Replayed" in first, again.get("Idempotency-Replayed")) == (False, "true")


def test_two_hundred_duplicates_at_once_place_one_order(databases):
    token, together = tokens.token("shop"), Barrier(DUPLICATES)

    def place(_):
        together.wait()
        try:
            answers = (_place(tokens.client(token)) for _ in range(20))
            return next(answer for answer in answers if answer.status_code != 503)  # a busy machine has no connection
        finally:
            connections.close_all()

    with ThreadPoolExecutor(DUPLICATES) as threads:
        answers = list(threads.map(place, range(DUPLICATES)))
    assert Event.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409, 503}  # 503: no connection came free in time
    assert {answer["Retry-After"] for answer in answers if answer.status_code == 409} <= {"1"}
    placed = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in placed}) == 1
    assert len([answer for answer in placed if "Idempotency-Replayed" not in answer]) == 1


class Crash(BaseException):
    """What no `except Exception` stops: the end of the process, as far as the request can tell."""


def _crash(**signal):
    raise Crash


def test_a_crash_after_the_commit_leaves_an_answer_to_replay(api):
    events_committed.connect(_crash)
    try:
        with pytest.raises(Crash):
            _place(api)
    finally:
        events_committed.disconnect(_crash)
    assert head() > 0
    again = _place(api)
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert [stored.version for stored in load_stream(UUID(again.json()["order_id"]))] == [1]
    assert Event.objects.count() == 1


def test_a_failure_between_record_and_events_leaves_nothing(api):
    with owner_connection("default") as owner:
        owner.execute("create function fails() returns trigger language plpgsql as 'begin perform 1 / 0; end'")
        owner.execute("create trigger fails before insert on events for each row execute function fails()")
        try:
            assert _place(api).status_code >= 400
        finally:
            owner.execute("drop function fails cascade")
    assert (head(), IdempotencyRecord.objects.count()) == (0, 0)
    again = _place(api)
    assert (again.status_code, "Idempotency-Replayed" in again) == (201, False)
    assert Event.objects.count() == 1


def test_every_answer_is_given_again_as_it_was(api):
    order = f"/api/orders/{_place(api).json()['order_id']}"
    asked = [
        lambda: api.post(f"{order}/items", ITEM, format="json", HTTP_IDEMPOTENCY_KEY="item"),
        lambda: api.post(f"{order}/items", ITEM, format="json", HTTP_IDEMPOTENCY_KEY="late", HTTP_IF_MATCH='"1"'),
        lambda: api.post(f"{order}/closure", HTTP_IDEMPOTENCY_KEY="close"),
        lambda: api.delete(f"{order}/items/9", HTTP_IDEMPOTENCY_KEY="line"),
        lambda: _place(api, "wrong", currency="XYZ"),
        lambda: api.post("/api/orders/batch", {"orders": [PLACED, {}]}, format="json", HTTP_IDEMPOTENCY_KEY="many"),
        lambda: api.delete(f"{order}?reason=rain", HTTP_IDEMPOTENCY_KEY="end"),
    ]
    answers = [ask() for ask in asked]
    assert [answer.status_code for answer in answers] == [200, 412, 409, 404, 400, 200, 200]
    before = Event.objects.count()
    for first, ask in zip(answers, asked, strict=True):
        _same(first, ask())
    assert Event.objects.count() == before


def test_a_key_that_is_being_used_is_a_conflict_for_half_a_second(api):
    _place(api)
    with owner_connection("default") as other:
        other.execute("begin")
        other.execute("update idempotency_records set command_id = gen_random_uuid()")
        busy = _place(api)
        assert (busy.status_code, busy["Retry-After"]) == (409, "1")
        assert busy.json()["type"] == "/problems/request-in-progress"
        other.execute("rollback")
    assert _place(api)["Idempotency-Replayed"] == "true"


def test_a_command_has_the_id_that_its_key_gives_it(api):
    stored = load_stream(UUID(_place(api).json()["order_id"]))[0]
    assert [stored.metadata.command_id] == list(IdempotencyRecord.objects.values_list("command_id", flat=True))
