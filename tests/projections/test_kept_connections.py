"""A worker's connections: kept from one wake-up to the next, and replaced when their servers have ended them."""

import pytest
from django.db import connections

from gate import kept
from projections import checkpoints, tasks
from projections.registry import PROJECTORS
from tests.databases import owner_connection

ALIASES = ("default", "read")


@pytest.fixture
def woken(place):
    """A wake-up was answered."""
    place()
    _wake_up()


def _wake_up():
    kept.give_back()
    tasks.look()


def _pids():
    return {alias: connections[alias].connection.info.backend_pid for alias in ALIASES}


def _taken():
    """Return how often the pools have been asked for a connection."""
    return {alias: connections[alias].pool.get_stats()["requests_num"] for alias in ALIASES}


def _posted():
    return checkpoints.live(PROJECTORS[0]).get().position


def test_a_wake_up_goes_on_with_the_connections_of_the_one_before(woken, place):
    place()
    before, taken = _posted(), _taken()
    _wake_up()
    assert (_posted() > before, _taken()) == (True, taken)


def test_connections_that_their_servers_have_ended_are_replaced(woken, place):
    place()
    before, pids = _posted(), _pids()
    for alias, pid in pids.items():
        with owner_connection(alias) as owner:
            owner.execute("select pg_terminate_backend(%s, 5000)", [pid])
    _wake_up()
    assert _posted() > before
    assert not set(_pids().values()) & set(pids.values())
