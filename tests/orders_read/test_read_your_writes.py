"""Read your writes: an answer shows what its token or its version asks for, or says that it does not, in time."""

import os
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connections

from gate.consistency import position_of, token_of
from orders_read.models import Checkpoint
from orders_write import event_store
from projections.catch_up import catch_up
from projections.projectors.order_views import OrderViews
from projections.registry import PROJECTORS
from tests import tokens
from tests.e2e.service import eventually
from tests.orders_read.conftest import ADA_TEA
from tests.projections.helpers import Shared, add_jam, checkpoint, poison

STALE = '110 - "Response is stale"'
LISTS = ["/api/orders", "/api/orders/search?q=tea", "/api/orders?product_id=tea", "/api/customers/ada/orders"]


def head_token():
    return token_of(event_store.head())


def asked(api, path, **headers):
    """The answer, whether it is stale by all its signs, and how many seconds it took."""
    began = time.monotonic()
    answer = api.get(path, headers=headers)
    took = time.monotonic() - began
    assert answer.status_code == 200, answer.content
    assert answer.json()["stale"] is (answer.get("Warning") == STALE)
    return answer, answer.json()["stale"], took


@contextmanager
def posted_after(seconds, *projectors):
    """Post what there is after a while, in another thread, as a worker does."""

    def work():
        time.sleep(seconds)
        for projector in projectors:
            catch_up(projector)
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    yield
    worker.join()


def test_every_answer_says_how_far_it_is(place, project, api):
    place()
    project()
    for path in (*LISTS, "/api/customers/ada", "/api/reports/daily-sales", "/api/reports/product-sales"):
        answer = api.get(path)
        assert position_of(answer["Read-Position"]) == event_store.head(), path
        assert 0 <= float(answer["Read-Lag"]) < 30
        assert "Warning" not in answer
        assert "Preference-Applied" not in answer
        assert b'"stale":false' in answer.getvalue()


def test_before_anything_was_looked_at_nothing_is_known(databases, api):
    answer, stale, _ = asked(api, "/api/orders")
    assert (position_of(answer["Read-Position"]), "Read-Lag" in answer, stale) == (0, False, False)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_waits_for_the_write(place, project, api, path):
    place()
    project()
    place()
    with posted_after(0.2, OrderViews()):
        answer, stale, took = asked(api, path, consistency_token=head_token(), prefer="wait=10")
    assert (stale, answer.json()["total"], answer["Preference-Applied"]) == (False, 2, "wait=10")
    assert 0.15 < took < 5
    assert position_of(answer["Read-Position"]) == event_store.head()


def test_without_a_preference_it_waits_for_as_long_as_the_read_model_may_take(place, api):
    order_id = place()
    with posted_after(0.2, OrderViews()):
        answer, stale, _ = asked(api, f"/api/orders/{order_id}", consistency_token=head_token())
    assert (stale, "Preference-Applied" in answer) == (False, False)


def test_what_is_there_already_is_not_waited_for(place, project, api):
    place()
    project()
    _, stale, took = asked(api, "/api/orders", consistency_token=head_token(), prefer="wait=10")
    assert not stale
    assert took < 1
    assert threads() == 0


def test_when_time_runs_out_the_answer_is_what_there_is_and_says_so(place, project, api):
    order_id = place()
    project()
    add_jam(order_id)
    answer, stale, took = asked(api, f"/api/orders/{order_id}", consistency_token=head_token(), prefer="wait=1")
    assert (stale, answer.json()["version"], answer["Preference-Applied"]) == (True, 1, "wait=1")
    assert 0.9 < took < 2
    assert position_of(answer["Read-Position"]) < event_store.head()


def test_no_wait_is_no_wait(place, project, api):
    place()
    answer, stale, took = asked(api, "/api/orders", consistency_token=head_token(), prefer="respond-async, wait=0")
    assert (stale, answer["Preference-Applied"]) == (True, "wait=0")
    assert took < 5


def test_nobody_waits_longer_than_the_setting(place, api, settings):
    settings.READ_WAIT_MAX_SECONDS = 1
    place()
    answer, stale, took = asked(api, "/api/orders", consistency_token=head_token(), prefer="wait=60")
    assert (stale, answer["Preference-Applied"]) == (True, "wait=1")
    assert took < 2


def test_too_many_do_not_wait(place, api, settings):
    settings.READ_WAITERS = 0
    place()
    answer, stale, took = asked(api, "/api/orders", consistency_token=head_token(), prefer="wait=10")
    assert (stale, "Preference-Applied" in answer) == (True, False)
    assert took < 5


def test_one_thread_looks_for_all_who_wait(place, api):
    place()
    answers = []
    token = head_token()
    waiting = [threading.Thread(target=lambda: answers.append(_in_thread(api, "/api/orders", token))) for _ in range(5)]
    for thread in waiting:
        thread.start()
    eventually(threads, "somebody looks")
    time.sleep(0.2)
    assert threads() == 1
    catch_up(OrderViews())
    for thread in waiting:
        thread.join()
    assert answers == [False] * 5
    eventually(lambda: threads() == 0, "nobody looks any more")


def _in_thread(api, path, token):
    try:
        return asked(api, path, consistency_token=token, prefer="wait=10")[1]
    finally:
        connections.close_all()


def threads():
    return sum(thread.name == "read-your-writes" for thread in threading.enumerate())


def test_an_order_at_a_version(place, project, api):
    order_id = place()
    project()
    add_jam(order_id)
    path = f"/api/orders/{order_id}?expected_version="
    assert asked(api, f"{path}1", prefer="wait=10")[1:2] == (False,)
    assert asked(api, f"{path}2", prefer="wait=0")[1:2] == (True,)
    with posted_after(0.2, OrderViews()):
        answer, stale, _ = asked(api, f"{path}2", prefer="wait=10")
    assert (stale, answer.json()["version"], answer["ETag"]) == (False, 2, '"2"')


def test_an_order_that_is_awaited_and_never_comes(databases, api):
    answer = api.get(f"/api/orders/{uuid4()}?expected_version=1", headers={"prefer": "wait=0"})
    assert (answer.status_code, answer["Warning"], answer["Preference-Applied"]) == (404, STALE, "wait=0")


def test_a_read_model_has_come_as_far_as_its_slowest_partition(place, api):
    for partition in range(8):
        catch_up(Shared(), partition)
    order_ids = [place() for _ in range(20)]
    behind = order_ids[0].int % 8
    for partition in set(range(8)) - {behind}:
        catch_up(Shared(), partition)
    assert asked(api, "/api/orders", consistency_token=head_token(), prefer="wait=0")[1]
    catch_up(Shared(), behind)
    answer, stale, _ = asked(api, "/api/orders", consistency_token=head_token(), prefer="wait=0")
    assert (stale, answer.json()["total"]) == (False, 20)


def test_an_order_that_is_held_is_stale_and_so_is_what_its_event_should_show(place, project, api):
    held, other = place(), place()
    project()
    position = poison(held, version=2)
    project()
    assert asked(api, f"/api/orders/{held}")[1]
    assert not asked(api, f"/api/orders/{other}")[1]
    assert not asked(api, "/api/orders")[1]
    assert asked(api, "/api/orders", consistency_token=token_of(position))[1]


def test_that_an_order_is_held_does_not_tell_a_stranger_that_it_is_there(place, project):
    held = place(customer="grace")
    project()
    poison(held, version=2)
    project()
    ada, grace = (tokens.client(tokens.customer(name)) for name in ("ada", "grace"))
    for path in (f"/api/orders/{held}", f"/api/orders/{held}?as_of_version=1", f"/api/orders/{held}/timeline"):
        stranger = ada.get(path)
        assert (stranger.status_code, "Warning" in stranger) == (404, False)
        assert grace.get(path).json()["stale"]


def test_a_halted_projection_is_stale(place, project, api):
    place()
    project()
    checkpoint(OrderViews(), state=Checkpoint.State.HALTED, error="no such column")
    assert asked(api, "/api/orders")[1]


@pytest.mark.parametrize(
    ("looked", "updated", "state", "expected"),
    [(10, 20, "active", 10), (20, 20, "active", 40), (10, 20, "halted", 40)],
    ids=["nothing more at the last look", "it has just posted", "it cannot apply what comes"],
)
def test_the_lag_is_since_when_the_rows_may_lack_something(place, project, api, looked, updated, state, expected):
    place()
    project()
    now = datetime.now(UTC)
    ago = {"looked_at": looked, "updated_at": updated, "last_recorded_at": 40}
    times = {name: now - timedelta(seconds=seconds) for name, seconds in ago.items()}
    checkpoint(OrderViews(), state=state, **times)
    assert float(api.get("/api/orders")["Read-Lag"]) == pytest.approx(expected, abs=2)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("consistency_token", "5"),
        ("consistency_token", token_of(5)[:-1]),
        ("consistency_token", "x" * 10_000),
        ("consistency_token", "é"),
        ("consistency_token", ""),
        ("prefer", "wait"),
        ("prefer", "wait=-1"),
        ("prefer", "wait=1.5"),
        ("prefer", "wait=" + "9" * 40),
        ("prefer", "wait=soon"),
    ],
)
def test_headers_that_make_no_sense_are_refused(databases, api, header, value):
    answer = api.get("/api/orders", headers={header: value})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid-input")
    assert answer.json()["errors"][0]["field"] == header.title().replace("_", "-")


@pytest.mark.parametrize("value", ["", "respond-async", "handling=lenient;wait=x, return=minimal", "waiting=5"])
def test_preferences_that_are_not_known_are_passed_over(databases, api, value):
    assert "Preference-Applied" not in asked(api, "/api/orders", prefer=value)[0]


def test_a_token_of_another_read_model_is_good_for_any(shop, api):
    token = api.get(f"/api/orders/{ADA_TEA}")["Read-Position"]
    assert not asked(api, "/api/customers/ada", consistency_token=token)[1]


@contextmanager
def slow_worker():
    """Somebody who posts all the time, and takes 50 ms more for each round."""
    enough = threading.Event()

    def work():
        while not enough.wait(0.05):
            for projector in PROJECTORS:
                catch_up(projector)
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    yield
    enough.set()
    worker.join()


def test_time_and_again_with_a_slow_worker(place, project, api):
    """READ_YOUR_WRITES=1000 asks a thousand times."""
    project()
    with slow_worker():
        for number in range(1, int(os.environ.get("READ_YOUR_WRITES", "10")) + 1):
            order_id, asked_for = place(customer="ada"), {"prefer": "wait=10"}
            token = head_token()
            for path, count in SEEN.items():
                answer, stale, _ = asked(api, path.format(order_id), consistency_token=token, **asked_for)
                assert not stale
                assert count(answer.json()) == number, path


SEEN = {
    "/api/customers/ada": lambda body: body["currencies"][0]["orders"],
    "/api/customers/ada/orders?page_size=1": lambda body: body["total"],
    "/api/orders?status=placed&page_size=1": lambda body: body["total"],
    "/api/orders/search?q=tea&page_size=1": lambda body: body["total"],
}
