"""The watch that nobody asks for: lag on record, rows compared, and a status that says what is wrong."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from orders_read.models import Checkpoint, DailySales, OrderView
from projections import lag, rebuild, tasks, watch
from projections.models import ProjectionLagSample, Rebuild, Verification
from projections.registry import PROJECTORS
from tests.projections.helpers import add_jam, checkpoint

ORDER_VIEWS = PROJECTORS[0]
NAMES = [projector.name for projector in PROJECTORS]


def test_the_lag_of_every_projection_is_recorded(shop):
    add_jam(shop[0])
    tasks.sample_lag()
    samples = ProjectionLagSample.objects.order_by("pk")
    assert [one.projection for one in samples] == NAMES
    assert all(one.lag_events == 1 and one.lag_seconds > 0 and one.objective_held for one in samples)


def test_samples_are_forgotten_after_their_days(shop, settings):
    settings.LAG_HISTORY_DAYS = 3
    watch.sample_lag()
    ProjectionLagSample.objects.filter(projection="order_views").update(sampled_at=timezone.now() - timedelta(days=4))
    watch.sample_lag()
    samples = ProjectionLagSample.objects.filter(projection="order_views")
    assert samples.count() == 1
    assert samples.get().sampled_at > timezone.now() - timedelta(days=1)


def test_each_projection_is_compared_in_its_turn(shop):
    compared = [watch.verify_next().projection for _ in range(2 * len(PROJECTORS))]
    assert compared == NAMES * 2


def test_what_drifted_is_kept_and_said(shop, caplog, capsys):
    OrderView.objects.using("read").filter(order_id=shop[0]).update(status="lost")
    tasks.verify_next()
    assert "rows differ from the log" in caplog.text
    assert Verification.objects.get().differences == 1
    call_command("projection_status")
    said = capsys.readouterr()
    assert "order_views: 1 rows differ from the log: `manage.py verify_projections order_views --all" in said.err
    call_command("verify_projections", "order_views", "--all", "--repair")
    assert [one.drifted_rows for one in lag.status()] == [0] * len(PROJECTORS)


def test_shared_rows_of_a_long_log_are_compared_only_when_asked(shop, settings):
    settings.VERIFY_WHOLE_LOG_UPTO = 1
    DailySales.objects.using("read").all().delete()
    compared = [watch.verify_next().projection for _ in range(6)]
    assert compared == ["order_views", "order_timeline", "order_deadlines"] * 2
    with pytest.raises(SystemExit):
        call_command("verify_projections", "daily_sales", stdout=StringIO())


def test_rows_of_another_version_are_left_alone(shop):
    Checkpoint.objects.using("read").update(version=0)
    assert watch.verify_next() is None


def test_a_worker_that_does_not_look_is_missed(shop, settings, capsys):
    checkpoint(ORDER_VIEWS, looked_at=timezone.now() - timedelta(seconds=3 * settings.SWEEP_SECONDS))
    assert [one.worker_looks for one in lag.status()] == [False, *[True] * (len(PROJECTORS) - 1)]
    call_command("projection_status")
    assert "order_views: no worker has looked lately" in capsys.readouterr().err


def test_what_another_version_built_is_rebuilt_and_nothing_else(shop, capsys):
    checkpoint(PROJECTORS[3], version=0)
    call_command("rebuild_projections", "--outdated")
    assert "[1/1] daily_sales: 6 events, done" in capsys.readouterr().out
    assert list(Rebuild.objects.values_list("projection", "state")) == [("daily_sales", "done")]
    call_command("rebuild_projections", "--outdated")
    assert Rebuild.objects.count() == 1
    with pytest.raises(CommandError, match="finds the projections itself"):
        call_command("rebuild_projections", "--outdated", "order_views")


def test_what_a_newer_release_built_is_not_rebuilt_by_an_older_one(shop):
    checkpoint(ORDER_VIEWS, version=99)
    call_command("rebuild_projections", "--outdated", stdout=StringIO())
    assert not Rebuild.objects.exists()
    assert rebuild.plan(ORDER_VIEWS).live_version == 99
