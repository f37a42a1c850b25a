"""`order_timeline`: every event with who did it, and any past state of an order from these rows alone."""

from datetime import UTC, datetime

import msgspec
import pytest
from django.db import connections, transaction

from orders_read.models import TimelineEntry
from orders_write import event_codec
from orders_write.ids import new_id
from projections.as_of import row_at_time, row_at_version
from projections.projectors.order_timeline import OrderTimeline
from projections.projectors.order_views import OrderViews
from projections.testing import given, rows_of, story
from tests.builders import added, cancelled, created
from tests.databases import owner_connection
from tests.given_when_then import ORDER
from tests.projections.helpers import table

pytestmark = pytest.mark.usefixtures("databases")
MONDAY, TUESDAY, FRIDAY = (datetime(2026, 5, day, 9, tzinfo=UTC) for day in (4, 5, 8))
TOLD = (created(), added(), cancelled(total="7.375"))
OLD_CANCELLATION = """
    insert into events (stream_id, stream_type, version, event_type, schema_version, data, metadata)
    select stream_id, stream_type, 2, 'OrderCancelled', 1,
        '{"customer_id": "ada", "currency": "GBP", "reason": "too \\"late\\" \\\\", "total": "7.00"}', metadata
    from events where version = 1
"""


def _told(*events):
    return story(*events, at=[MONDAY, TUESDAY, FRIDAY][: len(events)], stream_id=ORDER, actor="ada")


def test_each_event_is_an_entry_as_the_log_holds_it():
    entries = given(OrderTimeline(), _told(*TOLD))
    assert [entry["version"] for entry in entries] == [1, 2, 3]
    for entry, event, at in zip(entries, TOLD, (MONDAY, TUESDAY, FRIDAY), strict=True):
        event_type, schema_version, data = event_codec.encode(event)
        assert (entry["event_type"], entry["schema_version"]) == (event_type, schema_version)
        assert entry["data"] == msgspec.json.decode(data)
        assert (entry["order_id"], entry["actor"], entry["occurred_at"]) == (ORDER, "ada", at)
        assert entry["causation_id"] is None


def test_an_entry_says_what_the_log_says_of_the_event():
    entries = {entry["position"]: entry for entry in given(OrderTimeline(), story(*TOLD), story(created()))}
    with owner_connection("default") as connection:
        stored = connection.execute(
            "select position, stream_id, recorded_at, metadata->>'command_id', metadata->>'correlation_id' from events"
        ).fetchall()
    assert len(stored) == len(entries) == 4
    for position, stream_id, recorded_at, command_id, correlation_id in stored:
        entry = entries[position]
        assert (entry["order_id"], entry["recorded_at"]) == (stream_id, recorded_at)
        assert (str(entry["command_id"]), str(entry["correlation_id"])) == (command_id, correlation_id)


def test_data_of_an_old_schema_version_stays_as_it_was_written(project):
    given(OrderTimeline(), _told(created()))
    with owner_connection("default") as connection:
        connection.execute(OLD_CANCELLATION)
    project()
    entry = TimelineEntry.objects.using("read").get(version=2)
    assert (entry.schema_version, entry.data["reason"]) == (1, 'too "late" \\')
    assert "country" not in entry.data
    assert row_at_version(OrderViews(), ORDER, 2)["cancel_reason"] == 'too "late" \\'


def test_an_order_is_folded_again_as_of_any_of_its_versions(project):
    projector = OrderViews()
    for version, event in enumerate(TOLD, start=1):
        given(OrderTimeline(), story(*TOLD[:version], stream_id=(order_id := new_id())))
        project()
        live = next(row for row in table(projector) if row["order_id"] == order_id)
        refolded = row_at_version(projector, order_id, version)
        assert {name: live[name] for name in refolded} == refolded, event


def test_an_order_is_folded_again_as_of_any_time(project):
    given(OrderTimeline(), _told(*TOLD))
    found = [row_at_time(OrderViews(), ORDER, at) for at in (MONDAY, TUESDAY, FRIDAY)]
    assert [row["version"] for row in found] == [1, 2, 3]
    assert row_at_time(OrderViews(), ORDER, datetime(2026, 5, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize("version", [0, 4])
def test_a_version_that_the_order_never_had_is_nothing(version):
    given(OrderTimeline(), _told(*TOLD))
    assert row_at_version(OrderViews(), ORDER, version) is None


def test_the_log_can_be_followed_by_an_index_on_positions():
    assert rows_of(OrderTimeline()) == []
    with transaction.atomic(using="read"), connections["read"].cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain select * from order_timeline where position > 5 order by position limit 10")
        assert "order_timeline_position" in str(cursor.fetchall())
