"""Law 8: rebuilding a read model gives the same rows as having run live, and readers never see it empty."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from orders_read.models import OrderView
from orders_write import event_codec
from projections import generations, rebuild, swap
from projections.catch_up import Outcome, catch_up
from projections.posting import CannotApply
from projections.registry import PROJECTORS
from tests.projections.helpers import add_jam, checkpoint, table

ORDER_VIEWS = PROJECTORS[0]
ALL = "there are: order_views, order_timeline, customer_summaries, daily_sales, product_sales, order_deadlines."


def test_a_rebuild_gives_the_rows_that_ran_live(shop, capsys):
    live, before = table(ORDER_VIEWS), checkpoint(ORDER_VIEWS)
    assert len(live) == 3
    call_command("rebuild_projections", "--all")
    assert table(ORDER_VIEWS) == live
    rebuilt = checkpoint(ORDER_VIEWS)
    assert (rebuilt.generation, before.generation) == (2, 1)
    assert (rebuilt.position, rebuilt.last_event_id) == (before.position, before.last_event_id)
    assert "[1/6] order_views: 6 events, done" in capsys.readouterr().out


def test_a_rebuild_repairs_rows_that_drifted(shop):
    live = table(ORDER_VIEWS)
    OrderView.objects.using("read").filter(order_id=shop[0]).update(total=Decimal("999"))
    OrderView.objects.using("read").filter(order_id=shop[1]).delete()
    rebuild.rebuild(ORDER_VIEWS)
    assert table(ORDER_VIEWS) == live


def test_a_rebuild_that_fails_leaves_the_live_rows(shop, monkeypatch):
    live = table(ORDER_VIEWS)
    with monkeypatch.context() as broken, pytest.raises(CannotApply, match=r"position .* an event cannot be read"):
        broken.setattr(event_codec, "decode", _fail)
        rebuild.rebuild(ORDER_VIEWS)
    assert table(ORDER_VIEWS) == live


def _fail(*stored):
    raise RuntimeError("an event cannot be read")


def test_readers_see_nothing_older_after_the_swap_than_before(shop, monkeypatch):
    swapped, seen = swap.swap, []

    def right_after_one_more_was_posted(*generation):
        add_jam(shop[0])
        catch_up(ORDER_VIEWS)
        swapped(*generation)
        seen.append(OrderView.objects.using("read").get(order_id=shop[0]).version)

    monkeypatch.setattr(swap, "swap", right_after_one_more_was_posted)
    rebuild.rebuild(ORDER_VIEWS)
    assert seen == [3]


def test_no_worker_posts_into_rows_that_are_being_replaced(shop, monkeypatch):
    swap_in, outcomes = generations.swap_in, []

    def while_a_worker_comes(*generation):
        add_jam(shop[0])
        with ThreadPoolExecutor(1) as worker:
            outcomes.append(worker.submit(_catch_up_in_thread).result(30))
        swap_in(*generation)

    monkeypatch.setattr(generations, "swap_in", while_a_worker_comes)
    rebuild.rebuild(ORDER_VIEWS)
    assert outcomes == [Outcome.BUSY]
    assert catch_up(ORDER_VIEWS) is Outcome.AT_HEAD
    assert OrderView.objects.using("read").get(order_id=shop[0]).version == 3


def _catch_up_in_thread():
    try:
        return catch_up(ORDER_VIEWS)
    finally:
        connections.close_all()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], f"Name projections, or give --all; {ALL}"),
        (["order_view"], f"There is no projection 'order_view'; {ALL}"),
        (["order_views", "--all"], "Name projections, or give --all"),
    ],
)
def test_what_is_not_a_projection_is_answered_with_those_that_are(databases, arguments, said):
    with pytest.raises(CommandError, match=said.replace(".", r"\.")):
        call_command("rebuild_projections", *arguments)
