"""Law 5: a batch's rows and its checkpoint commit in one transaction, and two workers cannot both win."""

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import OperationalError, connections, transaction

from orders_read.models import OrderView
from orders_write.command_bus import Context, dispatch
from orders_write.domain.commands import AddOrderItem
from orders_write.domain.values import Item
from orders_write.event_log import mark_at
from projections import catch_up as engine
from projections import checkpoints
from projections.catch_up import Outcome, catch_up, step
from projections.checkpoints import LostFence
from projections.registry import PROJECTORS, named
from tests.projections.helpers import add_jam, checkpoint, poison, table

ORDER_VIEWS = PROJECTORS[0]
(PRODUCT_SALES,) = named(["product_sales"])


def test_rows_are_rolled_back_with_the_checkpoint(place, monkeypatch):
    place()
    with monkeypatch.context() as broken, pytest.raises(LostFence):
        broken.setattr(checkpoints, "advance", _lose_the_fence)
        step(ORDER_VIEWS)
    assert table(ORDER_VIEWS) == []
    assert checkpoint(ORDER_VIEWS).position == 0
    assert catch_up(ORDER_VIEWS) is Outcome.AT_HEAD
    assert len(table(ORDER_VIEWS)) == 1


def _lose_the_fence(checkpoint, upto):
    assert OrderView.objects.using("read").count() == 1
    raise LostFence("another worker was faster")


def test_a_checkpoint_that_moved_is_not_moved_again(place):
    place()
    checkpoints.ensure(ORDER_VIEWS)
    stale = checkpoint(ORDER_VIEWS)
    step(ORDER_VIEWS)
    moved = checkpoint(ORDER_VIEWS)
    with pytest.raises(LostFence):
        checkpoints.advance(stale, mark_at(moved.position))
    assert checkpoint(ORDER_VIEWS) == moved
    assert checkpoint(ORDER_VIEWS).position == moved.position


def test_a_worker_that_finds_the_checkpoint_locked_goes_home(place):
    place()
    checkpoints.ensure(ORDER_VIEWS)
    with ThreadPoolExecutor(1) as other_worker, transaction.atomic(using="read"):
        checkpoints.live(ORDER_VIEWS).select_for_update().get()
        assert other_worker.submit(_in_thread, catch_up, ORDER_VIEWS).result(30) is Outcome.BUSY
    assert table(ORDER_VIEWS) == []


@pytest.mark.parametrize("rows", [1, 3, 30])
@pytest.mark.parametrize("change", [lambda order_id: None, add_jam])
def test_a_worker_that_stands_still_loses_the_lock_whichever_way_it_wrote(rows, change, place, monkeypatch):
    order_ids = [place() for _ in range(rows)]
    step(ORDER_VIEWS)
    for order_id in order_ids:
        change(order_id)
    place()
    before, advance = table(ORDER_VIEWS), checkpoints.advance
    monkeypatch.setattr(engine, "_BOUNDS", "set local idle_in_transaction_session_timeout = '100ms'")

    def only_after_a_while(*checkpoint):
        time.sleep(0.5)
        return advance(*checkpoint)

    with monkeypatch.context() as frozen, pytest.raises(OperationalError):
        frozen.setattr(checkpoints, "advance", only_after_a_while)
        catch_up(ORDER_VIEWS)
    assert table(ORDER_VIEWS) == before
    assert catch_up(ORDER_VIEWS) is Outcome.AT_HEAD
    assert len(table(ORDER_VIEWS)) == rows + 1


def test_workers_that_crowd_apply_every_event_once(place):
    order_ids = [place() for _ in range(10)]
    for number in range(5):
        for order_id in order_ids:
            dispatch(AddOrderItem(order_id=order_id, item=Item(f"p{number}", "Jam", 2, Decimal("1.25"))), Context("t"))
    applied = []
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: _in_thread(_work, applied), range(4)))
    assert catch_up(ORDER_VIEWS, on_batch=lambda batch: applied.append(batch.events)) is Outcome.AT_HEAD
    assert sum(applied) == 60
    rows = table(ORDER_VIEWS)
    assert [(row["version"], row["item_count"], row["unit_count"]) for row in rows] == [(6, 6, 12)] * 10
    assert [row["total"] for row in rows] == [Decimal("19.5")] * 10


def _work(applied):
    for _ in range(10):
        catch_up(ORDER_VIEWS, batch_size=3, on_batch=lambda batch: applied.append(batch.events))


def _in_thread(function, *args):
    try:
        return function(*args)
    finally:
        connections.close_all()


def test_a_batch_that_is_applied_in_parts_counts_each_part_once(place):
    """The parts' rows go through one temporary table, in one transaction."""
    orders = [place((f"tea-{number}", 2, "3.50")) for number in range(60)]
    poison(orders[30], version=2)
    orders += [place((f"jam-{number}", 3, "2.00")) for number in range(60)]
    assert catch_up(PRODUCT_SALES) is Outcome.AT_HEAD
    sold = {row["product_id"]: row["units"] for row in table(PRODUCT_SALES)}
    assert sold == {f"tea-{number}": 2 for number in range(60)} | {f"jam-{number}": 3 for number in range(60)}
