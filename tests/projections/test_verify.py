"""Drift detection: what differs is found, named with its events, and repaired alone."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from orders_read.models import Checkpoint, OrderView
from projections import parking, rebuild
from projections.catch_up import catch_up
from projections.models import Verification
from projections.projectors.order_views import OrderViews
from projections.verify import verify
from tests.projections.helpers import add_jam, poison, table

ORDER_VIEWS = OrderViews()


def test_rows_that_are_those_of_the_log_pass(shop, capsys):
    call_command("verify_projections", "order_views", "--all")
    assert "order_views: 3 rows compared (all rows), 0 differ" in capsys.readouterr().out
    assert Verification.objects.get(projection="order_views").complete


def test_live_rows_that_are_behind_do_not_differ(shop):
    add_jam(shop[0])
    assert verify(ORDER_VIEWS).differences == 0


@pytest.mark.parametrize("how", ["--all", "--sample=10"])
def test_what_differs_is_named_and_repaired_alone(shop, how, capsys):
    good = table(ORDER_VIEWS)
    _analyze()  # the size of a sample rests on what the planner knows of the table
    rows = OrderView.objects.using("read")
    rows.filter(order_id=shop[0]).update(total=Decimal("999"))
    rows.filter(order_id=shop[1]).delete()
    ghost = rows.get(order_id=shop[2])
    ghost.pk = "00000000-0000-4000-8000-000000000001"
    ghost.save(force_insert=True, using="read")
    with pytest.raises(SystemExit) as exit_code:
        call_command("verify_projections", "order_views", how)
    assert exit_code.value.code == 1
    said = capsys.readouterr().out
    assert "3 differ" in said
    assert f"  {shop[0]} total: live '999.0000', log '15.3750'" in said
    assert f"  {shop[1]} *: live None, log 'present'" in said
    assert f"  {ghost.pk} *: live 'present', log None" in said
    assert f"  {ghost.pk} comes from: no event" in said
    assert Verification.objects.get().differences == 3
    call_command("verify_projections", "order_views", how, "--repair")
    assert "3 differ, 3 repaired" in capsys.readouterr().out
    assert table(ORDER_VIEWS) == good
    assert verify(ORDER_VIEWS).differences == 0


def test_json_for_scripts(shop):
    printed = StringIO()
    call_command("verify_projections", "order_views", "--json", stdout=printed)
    found = json.loads(printed.getvalue())
    assert (found["projection"], found["rows"], found["differences"], found["complete"]) == ("order_views", 3, 0, False)


def test_rows_of_another_version_are_not_compared(shop):
    Checkpoint.objects.using("read").update(version=ORDER_VIEWS.version + 1)
    with pytest.raises(CommandError, match="order_views cannot be verified: built by a newer release"):
        call_command("verify_projections", "order_views")


def test_unknown_names_and_samples_are_refused(databases):
    with pytest.raises(CommandError, match="There is no projection 'orders'"):
        call_command("verify_projections", "orders")
    with pytest.raises(CommandError, match="'0' is not a number from 1 to 100000"):
        call_command("verify_projections", "--sample", "0")


def _analyze():
    with connections["read"].cursor() as cursor:
        cursor.execute("analyze order_views")


def test_what_was_skipped_because_it_cannot_be_read_is_no_obstacle(shop):
    poison(shop[0], version=3)
    catch_up(ORDER_VIEWS)
    parking.skip(ORDER_VIEWS, shop[0], reason="a writer's fault", by="ada")
    assert verify(ORDER_VIEWS).differences == 0
    rebuild.rebuild(ORDER_VIEWS)
    assert verify(ORDER_VIEWS).differences == 0
