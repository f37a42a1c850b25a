"""Law 1: the log is append-only."""

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction

from orders_write.models import Event
from tests.databases import owner_connection

REFUSED = ["update events set data = '{}'", "delete from events", "truncate events"]


def _log() -> list[tuple[object, ...]]:
    return list(Event.objects.order_by("position").values_list())


@pytest.mark.parametrize("change", [lambda log: log.update(data="{}"), lambda log: log.delete()])
def test_the_orm_cannot_change_an_event(place, change):
    place()
    before = _log()
    with pytest.raises(DatabaseError), transaction.atomic():
        change(Event.objects.all())
    assert _log() == before


@pytest.mark.parametrize("statement", REFUSED)
def test_raw_sql_of_the_application_cannot_change_an_event(place, statement):
    place()
    before = _log()
    with pytest.raises(DatabaseError), transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(statement)
    assert _log() == before


@pytest.mark.parametrize("statement", REFUSED)
@pytest.mark.parametrize("replication_role", ["origin", "replica"])
def test_not_even_the_owner_can_change_an_event(place, statement, replication_role):
    place()
    before = _log()
    with owner_connection("default") as owner:
        owner.execute(f"set session_replication_role = {replication_role}")
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            owner.execute(statement)
    assert _log() == before
