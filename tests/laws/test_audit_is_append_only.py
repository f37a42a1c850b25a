"""The audit trail is append-only, as the log is: for the application, by right and by trigger, and for the owner."""

import psycopg
import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, connections, transaction

from orders_write import audit
from orders_write.models import AuditEntry
from tests.databases import owner_connection

REFUSED = ["update audit_entries set actor = 'eve'", "delete from audit_entries", "truncate audit_entries"]


@pytest.fixture
def trail(databases):
    """One entry, and all that is on record afterwards."""
    audit.record("rebuild projection", "order_views", by="ada", reason="slow")
    before = list(AuditEntry.objects.values_list())
    yield
    assert list(AuditEntry.objects.values_list()) == before


@pytest.mark.parametrize("change", [lambda found: found.update(actor="eve"), lambda found: found.delete()])
def test_the_orm_cannot_change_an_entry(trail, change):
    with pytest.raises(DatabaseError), transaction.atomic():
        change(AuditEntry.objects.all())


@pytest.mark.parametrize("statement", REFUSED)
def test_the_application_lacks_the_right(trail, statement):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connections["default"].cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("statement", REFUSED)
@pytest.mark.parametrize("replication_role", ["origin", "replica"])
def test_not_even_the_owner_can_change_an_entry(trail, statement, replication_role):
    with owner_connection("default") as owner:
        owner.execute(f"set session_replication_role = {replication_role}")
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            owner.execute(statement)


@pytest.mark.parametrize(
    ("broken", "mended", "found"),
    [
        (
            "alter table audit_entries disable trigger audit_append_only",
            "alter table audit_entries enable always trigger audit_append_only",
            "daybook.E002",
        ),
        (
            'grant delete on audit_entries to "{role}"',
            'revoke delete on audit_entries from "{role}"',
            "daybook.E008",
        ),
    ],
)
def test_the_system_check_finds_a_trail_that_could_be_changed(databases, broken, mended, found):
    role = connections["default"].settings_dict["USER"]
    with owner_connection("default") as owner:
        owner.execute(broken.format(role=role))
        try:
            assert [one.id for one in run_checks(databases=["default"])] == [found]
        finally:
            owner.execute(mended.format(role=role))
    assert run_checks(databases=["default"]) == []
