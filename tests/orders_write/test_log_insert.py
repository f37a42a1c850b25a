"""The one INSERT of an append: any number of events, in order, prepared where that is allowed."""

from datetime import UTC, datetime
from itertools import chain

import pytest
from django.db import connections, transaction
from django.db.transaction import TransactionManagementError

from orders_write import event_log, event_store, log_insert
from orders_write.event_store import ConcurrencyConflict, Metadata, NewEvent
from orders_write.ids import new_id
from tests.builders import added, created

MORE_THAN_PARAMETERS = 10_000  # of seven columns each, where a statement takes 65,535 parameters


@pytest.fixture
def metadata():
    return Metadata(new_id(), new_id(), None, "tests", datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
def new_connection(databases):
    """Let this test have a connection to the write database on which nothing was prepared, and leave it to no other."""
    _forget_connections()
    yield
    _forget_connections()


def _forget_connections():
    connections["default"].close()
    connections["default"].close_pool()


@pytest.fixture
def unprepared(new_connection):
    """The write database's connection as it is behind a pooler."""
    with connections["default"].cursor() as cursor:
        cursor.connection.prepare_threshold = None


def _prepared():
    with connections["default"].cursor() as cursor:
        cursor.execute("select statement from pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


def _interleaved(streams, metadata):
    """All first versions of some streams, not in the order of their ids, and then all second versions."""
    ids = [new_id() for _ in range(streams)][::-1]
    firsts = [NewEvent(stream_id, 1, created(), metadata) for stream_id in ids]
    return list(chain(firsts, (NewEvent(stream_id, 2, added(), metadata) for stream_id in ids)))


def _facts(events):
    return [(event.stream_id, event.version, event.event, event.metadata) for event in events]


def test_more_events_than_a_statement_has_parameters_are_stored_in_order(databases, metadata):
    events = _interleaved(MORE_THAN_PARAMETERS // 2, metadata)
    positions = event_store.append(events)
    assert positions == list(range(positions[0], positions[0] + len(events)))
    assert _facts(event_log.read_log(positions[0] - 1, len(events)).events) == _facts(events)


def test_one_event_is_its_own_transaction_and_prepared_once_per_connection(new_connection, metadata):
    for _ in range(3):
        event_store.append([NewEvent(new_id(), 1, created(), metadata)])
    assert sum("insert into events" in one and "values" in one for one in _prepared()) == 1
    assert event_log.backlog(0)[0] == 3


@pytest.mark.usefixtures("unprepared")
def test_behind_a_pooler_nothing_is_prepared_and_everything_stored(metadata):
    events = _interleaved(2, metadata)
    event_store.append(events)
    event_store.append([NewEvent(new_id(), 1, created(), metadata)])
    assert not [statement for statement in _prepared() if "insert into events" in statement]
    assert event_log.backlog(0)[0] == 5


def test_a_conflict_stores_none_of_the_events_and_spoils_its_transaction(databases, metadata):
    taken = NewEvent(new_id(), 1, created(), metadata)
    event_store.append([taken])
    with pytest.raises(TransactionManagementError), transaction.atomic(using="default"):
        with pytest.raises(ConcurrencyConflict):
            event_store.append([NewEvent(new_id(), 1, created(), metadata), taken])
        event_store.append([NewEvent(new_id(), 1, created(), metadata)])
    assert event_log.backlog(0)[0] == 1


def test_positions_are_matched_by_stream_and_version_whatever_order_they_come_back_in(metadata):
    rows = [(new_id(), 1, "", 1, "", ""), (new_id(), 1, "", 1, "", "")]
    assert log_insert._in_order(rows, [(rows[1][0], 1, 8), (rows[0][0], 1, 7)]) == [7, 8]
    with pytest.raises(log_insert.OutOfOrder):
        log_insert._in_order(rows, [(rows[0][0], 1, 8), (rows[1][0], 1, 7)])
