"""Pausing: rows stay as they are while the log goes on, through rebuild, swap and rollback; nothing is lost."""

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections

from orders_write.models import AuditEntry
from projections import checkpoints, comparison, generations, lag, pausing, rebuild
from projections.catch_up import Outcome, catch_up
from projections.models import Rebuild
from projections.projectors.order_views import OrderViews
from projections.rebuild_run import Options
from tests.projections.helpers import Shared, add_jam, checkpoint, table

ORDER_VIEWS = OrderViews()


@pytest.fixture
def paused(shop):
    """A shop whose `order_views` is paused, and one event behind."""
    pausing.pause(ORDER_VIEWS, by="ada", reason="an import runs")
    add_jam(shop[0])
    return shop


def _versions():
    return [row["version"] for row in table(ORDER_VIEWS)]


def _pauses():
    return list(checkpoints.of(ORDER_VIEWS).order_by("generation").values_list("generation", "state", "paused_by"))


def test_workers_leave_a_paused_projection_alone_until_it_is_resumed(paused):
    before = checkpoint(ORDER_VIEWS)
    assert catch_up(ORDER_VIEWS) is Outcome.PAUSED
    assert (checkpoint(ORDER_VIEWS), _versions()) == (before, [2, 2, 2])
    pausing.resume(ORDER_VIEWS)
    assert catch_up(ORDER_VIEWS) is Outcome.AT_HEAD
    assert _versions() == [3, 2, 2]
    assert _pauses() == [(1, "active", "")]


def test_one_that_has_seen_nothing_yet_can_be_paused(place):
    pausing.pause(ORDER_VIEWS, by="ada", reason="not yet")
    place()
    assert (catch_up(ORDER_VIEWS), table(ORDER_VIEWS)) == (Outcome.PAUSED, [])
    pausing.resume(ORDER_VIEWS)
    assert (catch_up(ORDER_VIEWS), _versions()) == (Outcome.AT_HEAD, [1])


def test_all_partitions_are_paused(place):
    place()
    pausing.pause(Shared(), by="ada", reason="an import runs")
    assert {catch_up(Shared(), partition) for partition in range(8)} == {Outcome.PAUSED}
    assert checkpoints.live(Shared()).exclude(paused_at=None).count() == 8


def test_a_pause_waits_for_the_batch_that_is_under_way(shop, monkeypatch):
    monkeypatch.setattr(pausing, "LOCK_TIMEOUT", "50ms")
    worker = connections["read"].copy()
    with worker.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute("select from checkpoints where projection = 'order_views' for update")
        with pytest.raises(OperationalError, match="lock timeout"):
            pausing.pause(ORDER_VIEWS, by="ada", reason="an import runs")
        cursor.execute("commit")
    worker.close()
    assert pausing.paused(ORDER_VIEWS) is None


def test_a_rebuilt_projection_is_still_paused(paused, shop):
    rebuild.rebuild(ORDER_VIEWS)
    assert _pauses() == [(1, "previous", ""), (2, "active", "ada")]
    assert _versions() == [3, 2, 2]
    add_jam(shop[1])
    assert (catch_up(ORDER_VIEWS), _versions()) == (Outcome.PAUSED, [3, 2, 2])


def test_one_that_is_rolled_back_is_still_paused(paused, shop):
    rebuild.rebuild(ORDER_VIEWS)
    add_jam(shop[1])
    rebuild.rollback(ORDER_VIEWS)
    assert _pauses() == [(1, "active", "ada"), (2, "previous", "")]
    pausing.resume(ORDER_VIEWS)
    catch_up(ORDER_VIEWS)
    assert _versions() == [3, 3, 2]


def test_a_pause_in_the_middle_of_a_rebuild_outlives_its_swap(shop, monkeypatch):
    indexed = generations.add_indexes

    def pause_meanwhile(projector, sessions):
        indexed(projector, sessions)
        pausing.pause(projector, by="ada", reason="just now")

    monkeypatch.setattr(generations, "add_indexes", pause_meanwhile)
    rebuild.rebuild(ORDER_VIEWS)
    assert _pauses() == [(1, "previous", ""), (2, "active", "ada")]


def test_what_is_paused_is_not_moved_for_a_comparison_of_generations(paused):
    with pytest.raises(comparison.Paused, match="resume it first"):
        rebuild.rebuild(ORDER_VIEWS, Options(verify=True))
    assert (_versions(), Rebuild.objects.get().state) == ([2, 2, 2], "failed")
    pausing.resume(ORDER_VIEWS)
    rebuild.resume(ORDER_VIEWS, Options(verify=True))
    assert _versions() == [3, 2, 2]


def test_the_status_says_who_has_paused_it_and_since_when(paused, api, anonymous_api, capsys):
    since = checkpoint(ORDER_VIEWS).paused_at
    found = lag.status()[0]
    assert (found.state, found.paused_by, found.paused_at, found.lag_events) == ("paused", "ada", since, 1)
    ready = anonymous_api.get("/readyz").json()
    assert (ready["status"], ready["checks"]["projections"][0]["paused_by"]) == ("degraded", "ada")
    standing = api.get("/api/projections").json()["projections"][0]
    assert (standing["state"], standing["paused_at"][:19]) == ("paused", since.isoformat()[:19])
    with pytest.raises(SystemExit):
        call_command("projection_status")
    assert f"order_views: paused by ada since {since:%Y-%m-%d %H:%M:%S} UTC; go on with" in capsys.readouterr().err


def test_on_the_command_line_and_on_record(shop, capsys):
    call_command("pause_projections", "order_views", "daily_sales", "--reason", "an import runs")
    call_command("resume_projections", "--all")
    assert capsys.readouterr().out.splitlines() == [
        "order_views: paused; its rows stay as they are until `manage.py resume_projections order_views`",
        "daily_sales: paused; its rows stay as they are until `manage.py resume_projections daily_sales`",
        "order_views: resumed",
        "daily_sales: resumed",
    ]
    recorded = AuditEntry.objects.order_by("pk").values_list("action", "target", "reason")
    assert list(recorded) == [
        ("pause projection", "order_views", "an import runs"),
        ("pause projection", "daily_sales", "an import runs"),
        ("resume projection", "order_views", ""),
        ("resume projection", "daily_sales", ""),
    ]
    assert {one.actor.endswith(" on the command line") for one in AuditEntry.objects.all()} == {True}


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("pause_projections", ["order_views", "--reason", " "], "Give a --reason"),
        ("pause_projections", ["orders", "--reason", "y"], "There is no projection 'orders'"),
        ("pause_projections", ["order_views", "--reason", "y"], "order_views is paused already, by ada since 20"),
        ("resume_projections", ["daily_sales"], "daily_sales is not paused"),
        ("resume_projections", [], "Name projections, or give --all"),
    ],
)
def test_what_makes_no_sense_is_refused(paused, command, arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command(command, *arguments)
