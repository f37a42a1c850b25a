"""Reading the log, some rows at a time: what fails there is what it is in any other statement."""

from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connections

from orders_write import event_store
from orders_write.event_log import FIRST_STREAM, LAST_STREAM, WHOLE, _read, read_streams
from orders_write.event_store import Metadata, NewEvent
from orders_write.ids import new_id
from tests.builders import created
from tests.databases import owner_connection

MANY = 2_000  # more than are on their way at a time
READS = [
    pytest.param(lambda: list(read_streams(FIRST_STREAM, LAST_STREAM, 10)), id="stream by stream"),
    pytest.param(lambda: _read(0, 10, WHOLE), id="by position"),
]


@pytest.mark.parametrize("read", READS)
def test_a_connection_that_is_lost_fails_as_djangos_do(databases, read):
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        (session,) = cursor.fetchone()
    with owner_connection("default") as owner:
        owner.execute("select pg_terminate_backend(%s, 5000)", [session])
    with pytest.raises(OperationalError):
        read()
    connections["default"].close()


def test_whoever_takes_some_streams_and_closes_may_ask_again(databases):
    metadata = Metadata(new_id(), new_id(), None, "tests", datetime(2026, 1, 2, tzinfo=UTC))
    event_store.append([NewEvent(new_id(), 1, created(), metadata) for _ in range(MANY)])
    some = read_streams(FIRST_STREAM, LAST_STREAM, event_store.head())
    first = next(some)
    some.close()
    everything = list(read_streams(FIRST_STREAM, LAST_STREAM, event_store.head()))
    assert (len(everything), everything[0]) == (MANY, first)


def test_odd_texts_and_times_are_read_as_they_were_stored(databases):
    happened = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)
    odd = 'back\\slash, tab\t, line\nfeed, "quotes", {braces}, \N{GREEN APPLE}, \\N'
    event, metadata = created(reference=odd), Metadata(new_id(), new_id(), None, odd, happened)
    stream_id = new_id()
    [position] = event_store.append([NewEvent(stream_id, 1, event, metadata)])
    [by_stream], [by_position] = read_streams(FIRST_STREAM, LAST_STREAM, position), _read(position - 1, position, WHOLE)
    [stored] = event_store.load_stream(stream_id)
    assert by_stream == by_position
    assert (by_stream.stream_id, by_stream.version, by_stream.event) == (stream_id, 1, event)
    assert (by_stream.metadata, by_stream.occurred_at) == (metadata, happened)
    assert (by_stream.recorded_at, by_stream.event_id) == (stored.recorded_at, stored.event_id)
