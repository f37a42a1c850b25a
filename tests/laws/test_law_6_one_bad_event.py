"""Law 6: one bad event stops one stream, not the world."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from orders_read.models import Checkpoint
from projections import parking, posting, rebuild
from projections.catch_up import Outcome, catch_up
from projections.models import ParkedEvent, SkippedEvent
from projections.posting import CannotApply, TooManyParked
from projections.projectors import order_views
from projections.projectors.order_views import OrderViews
from projections.verify import verify
from tests.projections.helpers import add_jam, checkpoint, poison, table

ORDER_VIEWS = OrderViews()


@pytest.fixture
def bug(monkeypatch):
    """A projector with a bug that one order brings to light, until it is fixed."""
    broken = {}

    def change(row, event, stored):
        if stored.stream_id in broken:
            raise ZeroDivisionError("the projector has a bug")
        order_views._item_added(row, event, stored)

    changes = {kind: change if kind.__name__ == "OrderItemAdded" else old for kind, old in OrderViews.changes.items()}
    monkeypatch.setattr(OrderViews, "changes", changes)
    return broken


@pytest.fixture
def held(place, bug):
    """Four orders, the second held at its second event, with one more behind it; all others posted."""
    order_ids = [place() for _ in range(4)]
    bug[order_ids[1]] = True
    for order_id in (*order_ids, order_ids[1]):
        add_jam(order_id)
    assert catch_up(ORDER_VIEWS) is Outcome.AT_HEAD
    return order_ids


def _versions():
    return {row["order_id"]: row["version"] for row in table(ORDER_VIEWS)}


def test_the_stream_waits_and_all_others_flow(held, bug):
    first, bad, third, fourth = held
    assert _versions() == {first: 2, bad: 1, third: 2, fourth: 2}
    parked = list(ParkedEvent.objects.order_by("position"))
    assert [(one.version, one.error, one.attempts) for one in parked] == [
        (2, "ZeroDivisionError: the projector has a bug", 1),
        (3, "", 0),
    ]
    assert "in change" in parked[0].traceback
    add_jam(bad)
    add_jam(first)
    catch_up(ORDER_VIEWS)
    assert _versions() == {first: 3, bad: 1, third: 2, fourth: 2}
    assert ParkedEvent.objects.count() == 3


def test_after_the_fix_a_retry_gives_the_rows_as_if_it_had_never_failed(held, bug, capsys):
    bug.clear()
    call_command("retry_parked", "--projection", "order_views")
    assert f"order_views {held[1]}: 2 applied, 0 still parked" in capsys.readouterr().out
    retried = table(ORDER_VIEWS)
    assert not ParkedEvent.objects.exists()
    rebuild.rebuild(ORDER_VIEWS)
    assert table(ORDER_VIEWS) == retried
    call_command("retry_parked")
    assert "Nothing is parked." in capsys.readouterr().out


def test_a_retry_without_a_fix_keeps_the_stream_and_counts(held, capsys):
    with pytest.raises(SystemExit) as exit_code:
        call_command("retry_parked", "--stream", str(held[1]))
    assert exit_code.value.code == 1
    said = capsys.readouterr()
    assert "0 applied, 2 still parked" in said.out
    assert "the projector has a bug" in said.err
    assert ParkedEvent.objects.order_by("position").values_list("attempts", flat=True)[0] == 2


def test_a_skip_is_recorded_and_holds_for_later_rebuilds(held, bug, capsys):
    arguments = ("--projection", "order_views", "--stream", str(held[1]), "--by", "ada")
    with pytest.raises(SystemExit):
        call_command("skip_parked", *arguments, "--reason", "test data")
    bug[held[1]] = False
    bug.clear()
    call_command("retry_parked")
    skipped = SkippedEvent.objects.get()
    assert (skipped.version, skipped.reason, skipped.skipped_by) == (2, "test data", "ada")
    row = next(row for row in table(ORDER_VIEWS) if row["order_id"] == held[1])
    assert (row["version"], row["item_count"]) == (3, 2)
    live = table(ORDER_VIEWS)
    rebuild.rebuild(ORDER_VIEWS)
    assert table(ORDER_VIEWS) == live


def test_skipping_the_first_event_of_a_stream_skips_its_row(place):
    order_id, other = place(), place()
    poison(other, version=2)
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(OrderViews, "changes", dict.fromkeys(OrderViews.changes, _fail))
        catch_up(ORDER_VIEWS)
    assert _versions() == {}
    parking.skip(ORDER_VIEWS, order_id, reason="test data", by="ada")
    add_jam(order_id)
    catch_up(ORDER_VIEWS)
    assert _versions() == {}
    assert parking.retry(ORDER_VIEWS, other).left == 1
    assert _versions() == {other: 1}


def _fail(*change):
    raise ZeroDivisionError


def test_an_event_whose_json_is_broken_is_parked(shop):
    position = poison(shop[0], version=3)
    add_jam(shop[1])
    catch_up(ORDER_VIEWS)
    assert _versions() == {shop[0]: 2, shop[1]: 3, shop[2]: 2}
    assert ParkedEvent.objects.get().position == position
    assert "its JSON is not that of OrderItemAdded" in ParkedEvent.objects.get().error


def test_the_status_says_how_many_streams_are_held_and_for_how_long(held):
    printed = StringIO()
    call_command("projection_status", "--json", stdout=printed)
    found = json.loads(printed.getvalue())["projections"][0]
    assert (found["held_streams"], found["state"], found["lag_events"]) == (1, "active", 0)
    assert found["held_seconds"] > 0


def test_infrastructure_is_not_poison(place, monkeypatch):
    place()
    with monkeypatch.context() as broken, pytest.raises(OperationalError):
        broken.setattr(posting.rows, "write", _lose_the_connection)
        catch_up(ORDER_VIEWS)
    assert not ParkedEvent.objects.exists()
    assert checkpoint(ORDER_VIEWS).state == Checkpoint.State.ACTIVE
    catch_up(ORDER_VIEWS)
    assert len(table(ORDER_VIEWS)) == 1


def _lose_the_connection(*rows):
    raise OperationalError("server closed the connection unexpectedly")


def test_when_everything_fails_the_projector_is_at_fault_and_halts(place, monkeypatch):
    for _ in range(120):
        place()
    monkeypatch.setattr(posting, "PARKED_LIMIT", 100)
    with monkeypatch.context() as broken, pytest.raises(TooManyParked, match="probably in the projector"):
        broken.setattr(OrderViews, "changes", dict.fromkeys(OrderViews.changes, _fail))
        catch_up(ORDER_VIEWS)
    assert not ParkedEvent.objects.exists()
    assert checkpoint(ORDER_VIEWS).state == Checkpoint.State.HALTED
    catch_up(ORDER_VIEWS)
    assert len(table(ORDER_VIEWS)) == 120


def test_a_rebuild_never_skips_what_is_parked(held):
    with pytest.raises(CannotApply, match="the projector has a bug"):
        rebuild.rebuild(ORDER_VIEWS)


def test_a_held_stream_is_not_drift(held):
    assert verify(ORDER_VIEWS).differences == 0


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("skip_parked", ["--projection", "order_views", "--stream", "x", "--reason", "y"], "is not the id of a stream"),
        (
            "skip_parked",
            ["--projection", "orders", "--stream", "{0}", "--reason", "y"],
            "There is no projection 'orders'",
        ),
        ("skip_parked", ["--projection", "order_views", "--stream", "{0}", "--reason", "  "], "Give a --reason"),
        ("skip_parked", ["--projection", "order_views", "--stream", "{0}", "--reason", "y"], "holds no parked event"),
        ("retry_parked", ["--projection", "orders"], "There is no projection 'orders'"),
    ],
)
def test_what_cannot_be_resolved_is_refused_with_a_reason(shop, command, arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command(command, *(argument.format(shop[0]) for argument in arguments))
    assert not SkippedEvent.objects.exists()
