"""Whoever hands a command's token to a query sees what was written, also while the worker is slow or away."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import repeat
from uuid import uuid4

import pytest

from tests.databases import owner_connection

CLIENTS = 4
ROUNDS = 1_000 if os.environ.get("DAYBOOK_THOROUGH") else 40
SLOW = """
    create function slow_batch() returns trigger language plpgsql as
        $$ begin perform pg_sleep(0.05); return new; end $$;
    create trigger slow_batch before update of position on checkpoints for each row execute function slow_batch();
"""
AS_BEFORE = "drop trigger slow_batch on checkpoints; drop function slow_batch"


@pytest.fixture
def slow_worker(service):
    """The service, whose worker takes 50 ms longer for every batch."""
    with owner_connection("read") as connection:
        connection.execute(SLOW)
        try:
            yield service
        finally:
            connection.execute(AS_BEFORE)


@pytest.mark.timeout(1_200)
def test_no_answer_is_without_the_write_that_its_token_names(slow_worker, order):
    with ThreadPoolExecutor(CLIENTS) as clients:
        seen = list(clients.map(_write_and_read, repeat(slow_worker, ROUNDS), repeat(order)))
    assert seen == [dict.fromkeys(_questions("", "", ""), True)] * ROUNDS


def test_without_a_worker_the_answer_is_stale_and_comes_in_the_time_asked_for(service, order):
    placed, headers = _place(service, order)
    for path, _ in _questions(placed["order_id"], "ada", "").values():
        assert not service.request("GET", path, **headers, Prefer="wait=10").json()["stale"]
    service.kill("beat")
    service.kill("worker")
    later, headers = _command(service, "POST", f"/api/orders/{placed['order_id']}/notes", {"text": "Ring twice."})
    for name, (path, _) in _questions(placed["order_id"], "ada", "").items():
        began = time.monotonic()
        answer = service.request("GET", path, **headers, Prefer="wait=1")
        took = time.monotonic() - began
        assert (name, answer.status, answer.json()["stale"]) == (name, 200, True)
        assert answer.headers["Warning"] == '110 - "Response is stale"'
        assert 1 <= took < 5
    assert later["version"] == 2


def _write_and_read(service, order):
    """Place an order and ask for it in every way; tell for each whether the order was in the answer."""
    customer, word = f"customer-{uuid4().hex}", f"w{uuid4().hex}"
    placed, headers = _place(service, order | {"customer_id": customer, "reference": word})
    found = {}
    for name, (path, shows) in _questions(placed["order_id"], customer, word).items():
        answer = service.request("GET", path, **headers, Prefer="wait=10")
        found[name] = answer.status == 200 and not answer.json()["stale"] and shows(answer.json(), placed["order_id"])
    return found


def _questions(order_id, customer, word):
    """Return where the order is looked for, and how the answer shows it."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    return {
        "detail": (f"/api/orders/{order_id}", lambda body, placed: body["order_id"] == placed),
        "list": (f"/api/orders?customer_id={customer}", _among_items),
        "search": (f"/api/orders/search?q={word}", _among_items),
        "timeline": (f"/api/orders/{order_id}/timeline", lambda body, placed: body["version"] == 1),
        "summary": (f"/api/customers/{customer}", lambda body, placed: body["currencies"][0]["orders"] == 1),
        "report": (f"/api/reports/daily-sales?from={today}", lambda body, placed: bool(body["items"])),
    }


def _among_items(body, placed):
    return placed in [order["order_id"] for order in body["items"]]


def _place(service, order):
    return _command(service, "POST", "/api/orders", order)


def _command(service, method, path, body):
    answer = service.request(method, path, body)
    assert answer.status in (200, 201), answer.text
    return answer.json(), {"Consistency-Token": answer.headers["Consistency-Token"]}
