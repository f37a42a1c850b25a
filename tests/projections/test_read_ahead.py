"""The next slice is read while the one before is written: the same events, once each, and errors where they belong."""

import threading

import pytest

from orders_write import event_log
from orders_write.event_log import read_log
from orders_write.log_lock import LogHeldOpen
from projections import catch_up
from projections.catch_up import Outcome
from projections.read_ahead import ReadAhead
from projections.registry import PROJECTORS
from tests.projections.helpers import table

ORDER_VIEWS = PROJECTORS[0]


@pytest.fixture
def readers(monkeypatch):
    """The names of the threads that read the log, in order."""
    names = []

    def read(*arguments, **options):
        names.append(threading.current_thread().name)
        return read_log(*arguments, **options)

    monkeypatch.setattr(event_log, "read_log", read)
    return names


def test_full_slices_are_read_ahead_by_one_thread(place, readers):
    for _ in range(7):
        place()
    assert catch_up.catch_up(ORDER_VIEWS, batch_size=2) is Outcome.AT_HEAD
    assert len(table(ORDER_VIEWS)) == 7
    assert readers == ["MainThread", *["read-ahead_0"] * 3]


def test_a_slice_that_is_not_full_starts_no_thread(place, readers):
    place()
    catch_up.catch_up(ORDER_VIEWS, batch_size=10**9)
    assert readers == ["MainThread"]


def test_an_end_that_was_read_ahead_is_looked_at_again(place, readers):
    first = [place(), place()]
    with ReadAhead() as read:
        slice_ = read(0, 2)
        read._coming[1].result()
        second = place()
        found = read(slice_.upto.position, 2)
    assert [stored.stream_id for stored in slice_.events + found.events] == [*first, second]


def test_another_place_in_the_log_is_read_afresh(place, readers):
    first, _, _ = place(), place(), place()
    with ReadAhead() as read:
        read(0, 1)
        assert [stored.stream_id for stored in read(0, 1).events] == [first]


def test_what_fails_ahead_is_raised_when_it_is_asked_for(place, monkeypatch):
    for _ in range(3):
        place()
    places = []

    def read(after, limit, **options):
        if places:
            raise LogHeldOpen(after, 5)
        places.append(after)
        return read_log(after, limit, **options)

    monkeypatch.setattr(event_log, "read_log", read)
    with pytest.raises(LogHeldOpen):
        catch_up.catch_up(ORDER_VIEWS, batch_size=2)
    assert len(table(ORDER_VIEWS)) == 2
