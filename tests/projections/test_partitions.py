"""A projection shared by several workers, and one whose code changed: partitions and versions."""

import itertools
import json
from io import StringIO

import pytest
from django.core.management import call_command

from orders_read.models import Checkpoint
from orders_write.event_log import Share, read_log
from projections import checkpoints, rebuild, registry
from projections.catch_up import Outcome, catch_up
from projections.projectors.order_views import OrderViews
from projections.verify import verify
from tests.projections.helpers import Shared, add_jam, table


class Newer(OrderViews):
    """`order_views` as a later release writes it."""

    version = OrderViews.version + 1


@pytest.fixture
def orders(place):
    order_ids = [place() for _ in range(24)]
    for order_id in order_ids:
        add_jam(order_id)
    return order_ids


def test_every_event_falls_into_one_share_and_streams_stay_together(orders):
    shares = [read_log(0, 100, share=Share(number, 8)).events for number in range(8)]
    positions = [event.position for share in shares for event in share]
    assert sorted(positions) == [event.position for event in read_log(0, 100).events]
    streams = [{event.stream_id for event in share} for share in shares]
    assert all(not one & other for one, other in itertools.combinations(streams, 2))
    assert sum(map(bool, streams)) > 1


def test_eight_partitions_give_the_rows_of_one(orders, project):
    project()
    whole = table(OrderViews())
    Checkpoint.objects.using("read").filter(projection="order_views").delete()
    for partition in range(8):
        assert catch_up(Shared(), partition, batch_size=7) is Outcome.AT_HEAD
    assert table(Shared()) == whole
    assert {one.position for one in checkpoints.live(Shared())} == {read_log(0, 100).events[-1].position}
    assert verify(Shared()).differences == 0


def test_a_partition_that_is_locked_does_not_hold_up_the_others(orders, project):
    checkpoints.ensure(Shared())
    from django.db import transaction

    with transaction.atomic(using="read"):
        assert checkpoints.locked(Shared(), 3)
    for partition in range(8):
        assert catch_up(Shared(), partition) is Outcome.AT_HEAD
    assert len(table(Shared())) == 24


@pytest.mark.parametrize("changed", [Shared(), Newer()], ids=["partitions", "version"])
def test_rows_of_another_version_are_served_but_not_written_until_the_rebuild(orders, project, changed, monkeypatch):
    project()
    old = table(OrderViews())
    add_jam(orders[0])
    assert catch_up(changed) is Outcome.NEEDS_REBUILD
    assert table(OrderViews()) == old
    monkeypatch.setattr(registry, "PROJECTORS", (changed,))
    monkeypatch.setattr("projections.lag.PROJECTORS", (changed,))
    with pytest.raises(SystemExit):
        call_command("projection_status", "--json", stdout=(printed := StringIO()))
    assert json.loads(printed.getvalue())["projections"][0]["state"] == "needs rebuild"
    rebuild.rebuild(changed)
    assert sum(row["version"] for row in table(OrderViews())) == 49
    call_command("projection_status", stdout=StringIO())


def test_the_old_release_does_not_write_into_the_new_ones_rows(orders, project):
    project()
    rebuild.rebuild(Newer())
    new = table(OrderViews())
    add_jam(orders[0])
    assert catch_up(OrderViews()) is Outcome.NEEDS_REBUILD
    assert checkpoints.standing(OrderViews()) is checkpoints.Standing.NEWER
    assert table(OrderViews()) == new
    assert catch_up(Newer()) is Outcome.AT_HEAD


def test_a_rebuild_may_change_the_number_of_partitions_and_roll_back(orders, project):
    project()
    rebuild.rebuild(Shared())
    add_jam(orders[0])
    for partition in range(8):
        catch_up(Shared(), partition)
    with pytest.raises(rebuild.CannotRollBack, match=f"has no previous generation of version {OrderViews.version}"):
        rebuild.rollback(Shared())
    rebuild.rollback(OrderViews())
    assert verify(OrderViews()).differences == 0
    assert sum(row["version"] for row in table(OrderViews())) == 49
