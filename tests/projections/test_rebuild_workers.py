"""A helper of a rebuild is forked only where two processes would share nothing by that."""

import sys
import threading

import pytest
from django.db import connections

from projections import rebuild_workers


@pytest.fixture
def alone(databases, monkeypatch):
    """No connection is open, and this is the process's only thread."""
    for connection in connections.all():
        connection.close()
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(sys, "platform", "linux")


def test_a_process_that_shares_nothing_is_forked(alone):
    assert rebuild_workers._can_fork()


@pytest.mark.parametrize("alias", ["default", "read"])
def test_an_open_connection_forbids_it(alone, alias):
    connections[alias].ensure_connection()
    assert not rebuild_workers._can_fork()


def test_a_second_thread_forbids_it(alone, monkeypatch):
    monkeypatch.undo()
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert not rebuild_workers._can_fork()
    finally:
        done.set()
        thread.join()


def test_elsewhere_processes_begin_anew(alone, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not rebuild_workers._can_fork()
