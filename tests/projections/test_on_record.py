"""What is done to projections on the command line stands in the audit trail."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from orders_write.models import AuditEntry
from projections.catch_up import catch_up
from projections.models import Rebuild
from projections.registry import PROJECTORS
from tests.projections.helpers import poison

ORDER_VIEWS = PROJECTORS[0]


def _recorded():
    return list(AuditEntry.objects.order_by("pk").values_list("action", "target", "reason"))


def test_rebuilds_and_repairs_are_on_record(shop):
    for arguments in ([], ["--dry-run"], ["--rollback"], ["--asked-by", "ada"]):
        call_command("rebuild_projections", "order_views", *arguments, stdout=StringIO())
    for arguments in ([], ["--repair"]):
        call_command("verify_projections", "order_views", "--all", *arguments, stdout=StringIO())
    assert _recorded() == [
        ("rebuild projection", "order_views", ""),
        ("roll back projection", "order_views", ""),
        ("repair rows", "order_views", ""),
    ]
    assert Rebuild.objects.latest("pk").requested_by == "ada"


def test_what_becomes_of_parked_events_is_on_record(shop):
    poison(shop[0], version=3)
    catch_up(ORDER_VIEWS)
    with pytest.raises(SystemExit):
        call_command("retry_parked", stdout=StringIO(), stderr=StringIO())
    arguments = ("--projection", "order_views", "--stream", str(shop[0]), "--reason", "a writer's fault")
    call_command("skip_parked", *arguments, stdout=StringIO())
    target = f"order_views {shop[0]}"
    assert _recorded() == [("retry parked events", target, ""), ("skip parked event", target, "a writer's fault")]


def test_what_cannot_be_recorded_is_not_done(shop, monkeypatch):
    def down(*args, **kwargs):
        raise DatabaseError("the write database does not answer")

    monkeypatch.setattr(AuditEntry.objects.__class__, "using", down)
    with pytest.raises(CommandError, match="could not be written into the audit trail"):
        call_command("rebuild_projections", "order_views")
    monkeypatch.undo()
    assert not Rebuild.objects.exists()
