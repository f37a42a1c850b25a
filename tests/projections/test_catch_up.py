"""The engine's refusals: another log, a broken stream, an event that cannot be applied."""

import json
import time
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError, connections

from orders_read.models import Checkpoint, OrderView
from orders_write.event_store import load_stream
from projections import lag, posting
from projections.catch_up import catch_up
from projections.checkpoints import WrongLog
from projections.projector import BrokenStream
from projections.registry import PROJECTORS
from tests.projections.helpers import checkpoint, table

ORDER_VIEWS = PROJECTORS[0]


def test_a_checkpoint_ahead_of_the_log_stops_and_asks_for_a_rebuild(place, project):
    place()
    project()
    checkpoint(ORDER_VIEWS, position=10**9)
    with pytest.raises(WrongLog, match="the log was restored"):
        project()
    halted = checkpoint(ORDER_VIEWS)
    assert halted.state == Checkpoint.State.HALTED
    assert "manage.py rebuild_projections order_views" in halted.error


def test_a_checkpoint_of_another_history_stops_too(place, project):
    first, second = place(), place()
    project()
    other = load_stream(first)[0]
    checkpoint(ORDER_VIEWS, last_event_id=other.event_id)
    with pytest.raises(WrongLog):
        project()
    assert {row["order_id"] for row in table(ORDER_VIEWS)} == {first, second}


def test_a_missing_checkpoint_means_nothing_seen_yet(place, project):
    place()
    project()
    rows = table(ORDER_VIEWS)
    Checkpoint.objects.using("read").all().delete()
    assert lag.status()[0].lag_events == 1
    project()
    assert table(ORDER_VIEWS) == rows
    assert lag.status()[0].lag_events == 0


def test_a_row_that_missed_an_event_halts_the_projection_and_recovers_after_the_repair(place, project):
    order_id = place()
    project()
    OrderView.objects.using("read").filter(order_id=order_id).delete()
    _add_jam(order_id)
    with pytest.raises(BrokenStream, match="rebuild_projections order_views"):
        project()
    call_command("rebuild_projections", "order_views", verbosity=0)
    assert [row["version"] for row in table(ORDER_VIEWS)] == [2]
    assert checkpoint(ORDER_VIEWS).state == Checkpoint.State.ACTIVE


def _add_jam(order_id):
    from orders_write.command_bus import Context, dispatch
    from orders_write.domain.commands import AddOrderItem
    from orders_write.domain.values import Item

    dispatch(AddOrderItem(order_id=order_id, item=Item("jam", "Jam", 1, Decimal("2"))), Context("tests"))


def test_the_status_says_how_far_behind_and_for_how_long(place, project):
    place()
    project()
    place()
    printed = StringIO()
    call_command("projection_status", "--json", stdout=printed)
    found, *_ = json.loads(printed.getvalue())["projections"]
    assert (found["projection"], found["lag_events"], found["state"]) == ("order_views", 1, "active")
    assert found["head"] == found["position"] + 1
    assert found["lag_seconds"] > 0
    project()
    call_command("projection_status", stdout=printed)
    assert "last look" in printed.getvalue()
    assert (lag.status()[0].lag_events, lag.status()[0].lag_seconds) == (0, 0.0)


def test_a_halted_projection_gives_an_exit_code(place, project, capsys):
    place()
    project()
    checkpoint(ORDER_VIEWS, state="halted", error="ValueError: no such thing")
    with pytest.raises(SystemExit) as exit_code:
        call_command("projection_status")
    assert exit_code.value.code == 1
    assert "order_views: halted: ValueError: no such thing" in capsys.readouterr().err


def test_a_worker_that_stood_still_in_mid_batch_tries_again_and_halts_nothing(place, project, monkeypatch):
    place()
    apply = posting.apply

    def after_standing_still(*work):
        with connections["read"].cursor() as cursor:
            cursor.execute("set local idle_in_transaction_session_timeout = '50ms'")
        time.sleep(0.5)
        apply(*work)

    with monkeypatch.context() as frozen, pytest.raises(OperationalError):
        frozen.setattr(posting, "apply", after_standing_still)
        catch_up(ORDER_VIEWS)
    connections["read"].close()
    assert not Checkpoint.objects.using("read").filter(state=Checkpoint.State.HALTED).exists()
    project()
    assert len(table(ORDER_VIEWS)) == 1
