"""The overview: one line that says whether all is right, and figures that stay cheap."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from config.dashboard import figures
from config.dashboard.figures import StateCount
from config.dashboard.overview import Overview
from orders_read.models import Checkpoint, OrderView
from orders_write import event_store
from orders_write.event_store import head
from projections import generations, pausing, rebuild
from projections.catch_up import catch_up
from projections.models import ProjectionLagSample
from projections.registry import PROJECTORS
from projections.verify import verify
from tests.dashboard.staff import client as signed_in
from tests.dashboard.staff import shown_to_an_administrator, text_of
from tests.laws.dead_database import dead
from tests.projections.helpers import checkpoint, poison

ORDER_VIEWS = PROJECTORS[0]


@pytest.fixture(autouse=True)
def nothing_cached(databases):
    """What other tests have counted is not kept."""
    from django.core.cache import cache

    cache.delete("overview-orders-by-state")


def test_all_is_right(shop):
    said = text_of(signed_in().get("/admin/"))
    assert "Everything is all right. All 6 read models keep their objectives, and nothing is held." in said
    assert "Orders today 3" in said
    assert "Revenue today 30.625 GBP" in said
    assert "web ok" in said
    assert "write database ok read database ok broker ok" in said
    place = f"{head():,} of {head():,}"
    assert f"order_views active {place} on time (within 2 s) 0 events, 0 s no samples yet none never" in said


def test_what_is_wrong_is_said_worst_first_with_where_to_go(shop, monkeypatch):
    monkeypatch.setattr(generations, "add_indexes", _end)
    with pytest.raises(_Ended):
        rebuild.rebuild(PROJECTORS[3])
    poison(shop[0], version=3)
    catch_up(ORDER_VIEWS)
    OrderView.objects.using("read").filter(order_id=shop[1]).delete()
    verify(ORDER_VIEWS)
    checkpoint(PROJECTORS[1], state=Checkpoint.State.HALTED, error="no such column")
    pausing.pause(PROJECTORS[2], by="ada", reason="an import runs")
    page = signed_in().get("/admin/")
    assert [(one.tone, one.text) for one in page.context["troubles"]] == [
        ("bad", "order_views has 1 row that differs from the log: repair or rebuild it."),
        ("bad", "order_timeline is halted: no such column."),
        ("warn", "order_views holds 1 stream for an event that cannot be applied: retry or skip."),
        ("warn", "customer_summaries is paused by ada; resume it when it may go on."),
        ("warn", "daily_sales has a rebuild that was interrupted: resume or discard it."),
    ]
    assert {one.address for one in page.context["troubles"]} == {
        f"/admin/projections/{name}/" for name in ("order_views", "order_timeline", "customer_summaries", "daily_sales")
    }
    assert "5 things need you:" in text_of(page)


class _Ended(BaseException):
    pass


def _end(*args):
    raise _Ended


def test_a_worker_that_does_not_look_is_missed(shop):
    Checkpoint.objects.using("read").update(looked_at=datetime.now(UTC) - timedelta(minutes=1))
    said = text_of(signed_in().get("/admin/"))
    assert "No worker looks at the projections: start one" in said
    assert "worker down looked" in said


@pytest.mark.parametrize(
    ("alias", "shown", "not_shown"),
    [
        ("read", "The read database does not answer. Queries fail", "Orders today"),
        ("default", "The write database does not answer. Commands are refused", "Events per minute 0"),
    ],
)
def test_it_is_shown_while_a_database_is_down(shop, alias, shown, not_shown):
    seen = checkpoint(ORDER_VIEWS).position
    with dead(alias):
        page = shown_to_an_administrator(Overview)
    said = text_of(page)
    assert page.status_code == 200
    assert shown in said
    assert not_shown not in said
    assert (f"order_views active {seen} of –" in said.replace(",", "")) is (alias == "default")


def test_it_asks_a_bounded_number_of_questions(shop):
    client = signed_in()
    with CaptureQueriesContext(connections["default"]) as write, CaptureQueriesContext(connections["read"]) as read:
        client.get("/admin/")
    assert len(write) <= 20
    assert len(read) <= 20


def test_who_may_see_nothing_sees_no_figures(shop):
    said = text_of(signed_in("guest", "auth.view_user").get("/admin/"))
    assert "web ok" in said
    assert "Orders today" not in said
    assert "order_views" not in said


def test_states_are_counted_up_to_a_bound_and_estimated_beyond(shop, monkeypatch):
    assert figures.orders_by_state() == [StateCount("placed", 2, False), StateCount("cancelled", 1, False)]
    with connections["read"].cursor() as cursor:
        cursor.execute("analyze order_views")
    monkeypatch.setattr(figures, "COUNTED_UPTO", 1)
    assert figures._orders_by_state() == [StateCount("placed", 2, True), StateCount("cancelled", 1, False)]


def test_events_per_minute_come_from_the_heads_that_samples_saw(shop):
    minute = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=30)
    heads = [(at, event_store.head() - left) for at, left in ((0, 150), (30, 140), (60, 120), (120, 0))]
    ProjectionLagSample.objects.bulk_create(
        ProjectionLagSample(
            projection="order_views", partition=0, sampled_at=minute + timedelta(seconds=at), lag_events=0,
            lag_seconds=0, objective_held=True, position=head, head=head,
        )
        for at, head in heads
    )  # fmt: skip
    found = figures.events_per_minute()
    assert found == [(minute + timedelta(minutes=1), 40.0), (minute + timedelta(minutes=2), 120.0)]
    assert figures.events_of_the_last_minute() == 0.0
