"""Rebuilding beside the live rows: by several processes, resumed, cancelled, compared, rolled back."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from orders_read.models import Checkpoint, OrderView
from projections import checkpoints, generations, rebuild, rebuild_fold, rebuild_run, swap
from projections.comparison import Different
from projections.models import ParkedEvent, Rebuild, RebuildChunk
from projections.posting import CannotApply
from projections.projectors.order_views import OrderViews
from projections.rebuild_lock import BeingRebuilt, only_one
from projections.rebuild_run import Options
from tests.projections.helpers import add_jam, checkpoint, indexes, poison, schemas, table

ORDER_VIEWS = OrderViews()


class Killed(BaseException):
    """Stands for the end of the process: nothing gets to clean up."""


def test_several_processes_fold_one_rebuild(place, project, monkeypatch):
    monkeypatch.setattr(rebuild_fold, "CHUNK", 3)
    for _ in range(20):
        add_jam(place())
    project()
    live = table(ORDER_VIEWS)
    OrderView.objects.using("read").update(total=0)
    done = rebuild.rebuild(ORDER_VIEWS, Options(workers=3, by="ada"))
    assert table(ORDER_VIEWS) == live
    assert (done.state, done.events_done, done.events_total, done.requested_by) == ("done", 40, 40, "ada")


def test_the_new_tables_have_the_names_indexes_and_options_of_the_old(shop):
    before = indexes("public", "order_views")
    assert len(before) > 5
    rebuild.rebuild(ORDER_VIEWS)
    assert indexes("public", "order_views") == before
    assert indexes("previous_order_views", "order_views").keys() == before.keys()


def test_readers_see_the_old_rows_until_the_swap(shop, monkeypatch):
    seen = []
    OrderView.objects.using("read").filter(order_id=shop[0]).update(total=Decimal("999"))
    swapped = swap.swap

    def watched(*args):
        seen.append(OrderView.objects.using("read").get(order_id=shop[0]).total)
        swapped(*args)
        seen.append(OrderView.objects.using("read").get(order_id=shop[0]).total)

    monkeypatch.setattr(swap, "swap", watched)
    rebuild.rebuild(ORDER_VIEWS)
    assert seen == [Decimal("999"), Decimal("15.375")]


STOPS = [
    (rebuild_fold, "fold_next"),
    (generations, "add_indexes"),
    (rebuild_run, "follow_to_head"),
    (generations, "swap_in"),
    (swap, "_relabel"),
]


@pytest.mark.parametrize(("module", "name"), STOPS, ids=[name for _, name in STOPS])
def test_a_rebuild_stopped_anywhere_leaves_the_live_rows_and_can_be_resumed(shop, module, name, monkeypatch):
    OrderView.objects.using("read").filter(order_id=shop[0]).update(total=Decimal("999"))
    drifted = table(ORDER_VIEWS)
    _stop_at(monkeypatch, module, name)
    assert table(ORDER_VIEWS) == drifted
    add_jam(shop[1])
    assert rebuild.resume(ORDER_VIEWS).state == Rebuild.State.DONE
    rows = {row["order_id"]: row for row in table(ORDER_VIEWS)}
    assert rows[shop[0]]["total"] == Decimal("15.375")
    assert rows[shop[1]]["version"] == 3


@pytest.mark.parametrize(("module", "name"), STOPS, ids=[name for _, name in STOPS])
def test_a_rebuild_stopped_anywhere_can_be_cancelled_without_a_trace(shop, module, name, monkeypatch):
    rebuild.rebuild(ORDER_VIEWS)
    before = (
        table(ORDER_VIEWS),
        schemas(),
        list(Checkpoint.objects.using("read").order_by("pk").values("pk", "state")),
    )
    _stop_at(monkeypatch, module, name)
    assert rebuild.cancel(ORDER_VIEWS).state == Rebuild.State.CANCELLED
    assert not RebuildChunk.objects.exists()
    after = (table(ORDER_VIEWS), schemas(), list(Checkpoint.objects.using("read").order_by("pk").values("pk", "state")))
    assert after == before
    with only_one(ORDER_VIEWS), pytest.raises(rebuild.NoOpenRebuild):
        rebuild.cancel(ORDER_VIEWS)


def _stop_at(monkeypatch, module, name):
    def stop(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as broken, pytest.raises(Killed):
        broken.setattr(module, name, stop)
        rebuild.rebuild(ORDER_VIEWS)


def test_a_new_rebuild_discards_an_interrupted_one(shop, monkeypatch):
    _stop_at(monkeypatch, generations, "add_indexes")
    rebuild.rebuild(ORDER_VIEWS)
    assert list(Rebuild.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "done"]
    assert schemas() == ["previous_order_views"]


def test_one_rebuild_of_a_projection_at_a_time(shop):
    with only_one(ORDER_VIEWS), pytest.raises(BeingRebuilt, match="order_views is being rebuilt by another process"):
        rebuild.rebuild(ORDER_VIEWS)
    rebuild.rebuild(ORDER_VIEWS)


def test_a_rebuild_cancelled_while_it_runs_stops_before_the_swap(shop, monkeypatch):
    live = checkpoint(ORDER_VIEWS)
    added = generations.add_indexes

    def cancel_meanwhile(*args):
        added(*args)
        with pytest.raises(BeingRebuilt):
            rebuild.cancel(ORDER_VIEWS, seconds=0)

    monkeypatch.setattr(generations, "add_indexes", cancel_meanwhile)
    with pytest.raises(rebuild_run.Cancelled):
        rebuild.rebuild(ORDER_VIEWS)
    assert schemas() == []
    assert checkpoint(ORDER_VIEWS) == live


def test_rolling_back_serves_the_previous_rows_caught_up(shop):
    rebuild.rebuild(ORDER_VIEWS)
    add_jam(shop[0])
    assert rebuild.rollback(ORDER_VIEWS) == 1
    add_jam(shop[1])
    from projections.catch_up import catch_up

    catch_up(ORDER_VIEWS)
    assert [(one.generation, one.state) for one in checkpoints.of(ORDER_VIEWS).order_by("generation")] == [
        (1, "active"),
        (2, "previous"),
    ]
    rolled_back = table(ORDER_VIEWS)
    assert [row["version"] for row in rolled_back] == [3, 3, 2]
    rebuild.rebuild(ORDER_VIEWS)
    assert table(ORDER_VIEWS) == rolled_back


def test_without_a_previous_generation_there_is_nothing_to_roll_back_to(shop):
    with pytest.raises(CommandError, match=f"has no previous generation of version {OrderViews.version}"):
        call_command("rebuild_projections", "order_views", "--rollback")


def test_a_rebuild_stops_at_an_event_that_cannot_be_applied_and_names_it(shop):
    live = table(ORDER_VIEWS)
    position = poison(shop[0], version=3)
    with pytest.raises(CannotApply, match=rf"OrderItemAdded at position {position} \(version 3 of stream {shop[0]}\)"):
        rebuild.rebuild(ORDER_VIEWS)
    assert table(ORDER_VIEWS) == live
    assert Rebuild.objects.get().state == Rebuild.State.FAILED
    assert str(position) in Rebuild.objects.get().error
    with pytest.raises(CommandError, match="go on with --resume"):
        call_command("rebuild_projections", "order_views", "--resume")
    call_command("rebuild_projections", "order_views", "--resume", "--park", stdout=StringIO())
    assert table(ORDER_VIEWS) == live
    assert list(ParkedEvent.objects.values_list("position", "generation")) == [(position, 2)]


def test_verify_does_not_swap_rows_that_differ(shop):
    OrderView.objects.using("read").filter(order_id=shop[0]).update(total=Decimal("999"), status="lost")
    OrderView.objects.using("read").filter(order_id=shop[1]).delete()
    with pytest.raises(Different) as different:
        rebuild.rebuild(ORDER_VIEWS, Options(verify=True))
    assert different.value.rows == 2
    assert {(one.key[0], one.field, one.live, one.log) for one in different.value.shown} == {
        (str(shop[0]), "total", "999.0000", "15.3750"),
        (str(shop[0]), "status", "lost", "placed"),
        (str(shop[1]), "*", None, "present"),
    }
    assert any("OrderCreated at" in line and "OrderItemAdded at" in line for line in different.value.behind)
    assert OrderView.objects.using("read").get(order_id=shop[0]).total == Decimal("999")
    with pytest.raises(CommandError, match="2 rows differ from the live ones; nothing was swapped"):
        call_command("rebuild_projections", "order_views", "--resume", "--verify")
    rebuild.resume(ORDER_VIEWS)
    assert OrderView.objects.using("read").get(order_id=shop[0]).total == Decimal("15.375")


def test_verify_swaps_rows_that_are_equal_also_when_the_live_ones_are_behind(shop):
    add_jam(shop[0])
    rebuild.rebuild(ORDER_VIEWS, Options(verify=True))
    assert sorted(row["version"] for row in table(ORDER_VIEWS)) == [2, 2, 3]


def test_a_dry_run_says_what_would_be_done_and_does_nothing(shop, capsys):
    call_command("rebuild_projections", "order_views", "--dry-run")
    version = OrderViews.version
    said = f"[1/1] order_views: would fold 6 events with version {version} and replace generation 1 (version {version})"
    assert said in capsys.readouterr().out
    assert not Rebuild.objects.exists()
    assert schemas() == []


def test_json_for_scripts(shop):
    printed = StringIO()
    call_command("rebuild_projections", "order_views", "--json", stdout=printed)
    found = json.loads(printed.getvalue())
    assert {**found, "seconds": 0} == {
        "projection": "order_views",
        "generation": 2,
        "state": "done",
        "events": 6,
        "seconds": 0,
    }


@pytest.mark.parametrize("workers", ["0", "65", "two", "-1", "１"])
def test_the_number_of_workers_is_checked(databases, workers):
    with pytest.raises(CommandError, match="is not a number from 1 to 64"):
        call_command("rebuild_projections", "--all", "--workers", workers)


def test_an_empty_log_is_rebuilt_to_an_empty_table(databases):
    assert rebuild.rebuild(ORDER_VIEWS).state == Rebuild.State.DONE
    assert table(ORDER_VIEWS) == []


def test_a_long_query_delays_the_swap_and_is_not_queued_behind(shop, monkeypatch):
    monkeypatch.setattr(swap, "ATTEMPTS", 3)
    reader = connections["read"].copy()
    with reader.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute("select count(*) from order_views")
        with pytest.raises(CommandError, match="lock timeout"):
            call_command("rebuild_projections", "order_views")
        cursor.execute("select count(*) from order_views")
        assert cursor.fetchone() == (3,)
        cursor.execute("commit")
    reader.close()
    assert rebuild.resume(ORDER_VIEWS).state == Rebuild.State.DONE
