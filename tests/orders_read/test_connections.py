"""The connection of a thread that asks: kept between requests, and replaced when its server has ended it."""

import pytest
from django.db import connections

from gate import kept
from orders_read import reading
from tests.databases import owner_connection

PID = "select pg_backend_pid()"


@pytest.fixture
def pid(databases):
    """The server process that answers this thread's questions."""
    connections["read"].close()
    return _pid()


def _pid():
    [(found,)] = reading.fetch("read", PID, [], prepared=True)
    return found


def test_requests_of_a_thread_keep_their_connection(pid, api):
    for _ in range(3):
        assert api.get("/api/orders").status_code == 200
    assert _pid() == pid


def test_it_goes_back_to_the_pool_after_a_while(pid, api, monkeypatch):
    monkeypatch.setattr(kept, "KEPT_SECONDS", -1)
    connections["read"].close()
    _pid()
    connections["read"].close_if_unusable_or_obsolete()
    assert connections["read"].connection is None


@pytest.mark.parametrize("when", ["kept by its thread", "in the pool"])
def test_one_that_the_server_has_ended_is_replaced_unseen(pid, api, when):
    if when == "in the pool":
        connections["read"].close()
    else:
        connections["read"].close_if_unusable_or_obsolete()
    with owner_connection("read") as owner:
        owner.execute("select pg_terminate_backend(%s, 5000)", [pid])
    assert api.get("/api/orders").status_code == 200
    assert _pid() != pid
