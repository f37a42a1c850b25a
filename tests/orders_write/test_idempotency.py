"""Idempotency keys: what one belongs to, for how long, and what it does not change."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from django.db import connections
from django.db.models import F

from orders_write.event_store import load_stream
from orders_write.models import Event, IdempotencyRecord
from orders_write.tasks import forget_answers
from tests import tokens
from tests.api.commands import ITEM, PLACED

KEY = "01890a5d-ac96-774b-bcce-b302099a8057"


def _place(api, body=PLACED, key=KEY, **headers):
    return api.post("/api/orders", body, format="json", HTTP_IDEMPOTENCY_KEY=key, **headers)


def test_a_key_with_another_request_is_refused(api):
    order_id = _place(api).json()["order_id"]
    reused = _place(api, PLACED | {"reference": "web-2"})
    assert (reused.status_code, reused.json()["type"]) == (422, "/problems/idempotency-key-reused")
    path = f"/api/orders/{order_id}/notes"
    ask = {"data": {"text": "Ring."}, "format": "json", "HTTP_IDEMPOTENCY_KEY": "note"}
    assert api.post(path, **ask).status_code == 200
    assert api.post(path, **ask, HTTP_IF_MATCH='"2"').status_code == 422
    assert api.post(path.replace(order_id, KEY), **ask).status_code == 422


def test_the_order_of_fields_and_quotes_around_the_key_make_no_difference(api):
    first = _place(api)
    again = _place(api, dict(reversed(PLACED.items())), f'"{KEY}"')
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")


def test_a_key_belongs_to_its_actor_and_its_route(api):
    order_id = _place(api).json()["order_id"]
    asking = (tokens.token("operator-2"), tokens.customer("ada"), tokens.customer("grace"))
    clients = [tokens.client(token) for token in asking]
    own = {name: value for name, value in PLACED.items() if name != "customer_id"}
    others = [_place(client, body) for client, body in zip(clients, (PLACED, own, own), strict=True)]
    others.append(api.post(f"/api/orders/{order_id}/items", ITEM, format="json", HTTP_IDEMPOTENCY_KEY=KEY))
    assert [answer.status_code for answer in others] == [201, 201, 201, 200]
    assert not any("Idempotency-Replayed" in answer for answer in others)


def test_what_cannot_be_read_does_not_use_the_key_up(api):
    assert _place(api, PLACED | {"currency": 7}).status_code == 400
    assert _place(api).status_code == 201


def test_lost_races_are_decided_again_under_a_key(api, place):
    order_id = place()
    token = tokens.token("racer")

    def add(number):
        try:
            return tokens.client(token).post(
                f"/api/orders/{order_id}/items", ITEM, format="json", HTTP_IDEMPOTENCY_KEY=f"key-{number}"
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as racers:
        answers = list(racers.map(add, range(20)))
    assert sorted(answer.json()["version"] for answer in answers) == list(range(2, 22))
    assert [stored.version for stored in load_stream(order_id)] == list(range(1, 22))
    assert IdempotencyRecord.objects.exclude(answer="").count() == 20


def test_each_command_of_a_batch_has_an_id_of_its_own(api):
    body = {"orders": [PLACED, PLACED]}
    answer = api.post("/api/orders/batch", body, format="json", HTTP_IDEMPOTENCY_KEY=KEY)
    ids = [load_stream(UUID(one["order_id"]))[0].metadata.command_id for one in answer.json()["results"]]
    assert len({*ids}) == 2
    assert ids[0] == IdempotencyRecord.objects.get().command_id


def test_answers_are_forgotten_after_a_day(api):
    _place(api)
    _place(api, key="young")
    forget_answers()
    assert IdempotencyRecord.objects.count() == 2
    day = timedelta(hours=24, seconds=1)
    IdempotencyRecord.objects.filter(key=KEY).update(created_at=F("created_at") - day)
    forget_answers()
    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["young"]
    assert "Idempotency-Replayed" not in _place(api)
    assert Event.objects.count() == 3


def test_without_a_key_nothing_is_kept(api):
    assert [api.post("/api/orders", PLACED, format="json").status_code for _ in range(2)] == [201, 201]
    assert (Event.objects.count(), IdempotencyRecord.objects.count()) == (2, 0)
