"""A rebuild killed with SIGKILL in each of its phases leaves the live rows, and can be resumed or cancelled."""

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest
from django.core.management import call_command

from orders_read.models import OrderView
from projections import rebuild
from projections.models import Rebuild
from projections.projectors.order_views import OrderViews
from projections.verify import verify
from tests.databases import owner_connection, urls
from tests.e2e.service import ROOT, eventually
from tests.projections.helpers import add_jam, schemas, table

ORDER_VIEWS = OrderViews()
# Who waits for a lock of the asking connection: two helpers of a rebuild wait for each other too, for moments.
# Not by pg_stat_activity, which shows a transaction no session that began after its first look.
WAITING = "select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))"
PAUSE_FOLD = """
    create function pause_fold() returns trigger language plpgsql as
        $$ begin perform pg_advisory_xact_lock_shared(42); return new; end $$;
    create trigger pause_fold before update on rebuild_chunks for each row execute function pause_fold();
"""
GO_ON = "drop trigger pause_fold on rebuild_chunks; drop function pause_fold"
# What a rebuild has to wait for in a phase, long enough to be killed in it.
HELD = {
    "fold": None,
    "index": "lock table building_order_views.order_views in share update exclusive mode",
    "catch up": "lock table checkpoints in exclusive mode",
    "verify": "lock table public.order_views in access exclusive mode",
    "swap": "lock table public.order_views in access share mode",
}

CANCELLED = HELD if os.environ.get("DAYBOOK_THOROUGH") else ("fold", "swap")  # the first and the last


@pytest.fixture
def drifted(shop):
    """A shop with a row that a rebuild will put right."""
    OrderView.objects.using("read").filter(order_id=shop[0]).update(status="lost")
    return shop


@pytest.mark.parametrize("phase", HELD)
def test_killed_then_resumed(drifted, phase):
    live = table(ORDER_VIEWS)
    _kill_in(phase)
    assert table(ORDER_VIEWS) == live
    add_jam(drifted[1])
    call_command("rebuild_projections", "order_views", "--resume")
    assert verify(ORDER_VIEWS).differences == 0
    assert OrderView.objects.using("read").get(order_id=drifted[0]).status == "placed"


@pytest.mark.parametrize("phase", CANCELLED)
def test_killed_then_cancelled_without_a_trace(drifted, phase):
    live = table(ORDER_VIEWS)
    _kill_in(phase)
    assert schemas() == ["building_order_views"]
    call_command("rebuild_projections", "order_views", "--cancel")
    assert table(ORDER_VIEWS) == live
    assert schemas() == []
    rebuild.rebuild(ORDER_VIEWS)
    assert verify(ORDER_VIEWS).differences == 0


def _kill_in(phase):
    """Hold the rebuild in the middle of a chunk, then, unless it dies there, in the phase."""
    with ExitStack() as until_killed:
        with _paused_fold() as paused:
            command = _command("--workers", "2", *["--verify"] * (phase == "verify"))
            eventually(lambda: paused.execute(WAITING).fetchone(), "a chunk is folded")
            if HELD[phase]:
                read = until_killed.enter_context(_holding(HELD[phase]))
            else:
                command.kill()
        if HELD[phase]:
            eventually(lambda: read.execute(WAITING).fetchone(), f"{phase} waits", pause=0.005)
        assert Rebuild.objects.get().phase == phase
        command.kill()
        command.wait(10)


@contextmanager
def _paused_fold():
    with owner_connection("read") as connection:
        connection.execute(PAUSE_FOLD)
        connection.execute("select pg_advisory_lock(42)")
        try:
            yield connection
        finally:
            connection.execute("select pg_advisory_unlock(42)")
            connection.execute(GO_ON)


@contextmanager
def _holding(statement):
    with owner_connection("read") as connection, connection.transaction():
        connection.execute(statement)
        yield connection


def _command(*arguments):
    manage = [sys.executable, "manage.py", "rebuild_projections", "order_views", *arguments]
    return subprocess.Popen(manage, cwd=ROOT, env=os.environ | urls(), stdout=subprocess.DEVNULL)
