"""System checks of what the laws rest on: triggers, sequence, rights and durability (`check --database default`)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from orders_write.event_store import WRITE

_GUARDS = ("events_log_lock", "events_append_only", "audit_append_only")
_TRIGGERS = """
    select tgname, tgenabled = 'A' and tgtype & 1 = 0 from pg_trigger
    where tgrelid in (to_regclass('events'), to_regclass('audit_entries'))
"""
_SEQUENCE = "select seqcache from pg_sequence where seqrelid = pg_get_serial_sequence('events', 'position')::regclass"
_RIGHTS = """
    select has_table_privilege('events', 'update') or has_table_privilege('events', 'delete')
        or has_table_privilege('events', 'truncate'),
    (select bool_or(not has_table_privilege(to_regclass('idempotency_records'), needed))
     from unnest(array['select', 'insert', 'update', 'delete']) as needed),
    (select bool_or(has_table_privilege(to_regclass('audit_entries'), excess))
     from unnest(array['update', 'delete', 'truncate']) as excess)
"""
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@register(Tags.database)
def log_is_guarded(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Check the write database; does nothing before the log exists, or as the role that runs migrations."""
    if WRITE not in (databases or []):
        return []
    with connections[WRITE].cursor() as cursor:
        cursor.execute("select to_regclass('events') is not null")
        if not cursor.fetchone()[0] or settings.AS_OWNER:
            return []
        return [*_triggers(cursor), *_sequence(cursor), *_rights(cursor), *_durability(cursor)]


@register()
def databases_differ(**kwargs: Any) -> list[CheckMessage]:
    """Check that the write side and the read side are not one database."""
    write, read = (settings.DATABASES[alias] for alias in ("default", "read"))
    same = all(write.get(part) == read.get(part) for part in ("HOST", "PORT", "NAME"))
    return [_error(1, "WRITE_DATABASE_URL and READ_DATABASE_URL name one database; give each side its own.")] * same


def _triggers(cursor: Any) -> list[CheckMessage]:
    cursor.execute(_TRIGGERS)
    good = {name for name, enabled_per_statement in cursor.fetchall() if enabled_per_statement}
    return [
        _error(2, f"Trigger {name} is missing, per row, or not ENABLE ALWAYS; run the migrations of orders_write.")
        for name in _GUARDS
        if name not in good
    ]


def _sequence(cursor: Any) -> list[CheckMessage]:
    cursor.execute(_SEQUENCE)
    row = cursor.fetchone()
    wrong = row is None or row[0] != 1
    return [_error(3, "The cache of the events' identity is not 1, so gaps are not exact; set it to 1.")] * wrong


def _rights(cursor: Any) -> list[CheckMessage]:
    cursor.execute(_RIGHTS)
    too_much, too_little, over_the_trail = cursor.fetchone()
    message = "This role may change the log; let WRITE_DATABASE_URL name a role with SELECT and INSERT only."
    missing = "This role may not keep the answers to commands; run the migrations of orders_write as the log's owner."
    trail = "This role may change the audit trail; let WRITE_DATABASE_URL name one with SELECT and INSERT on it only."
    found = [(4, message, too_much), (7, missing, too_little), (8, trail, over_the_trail)]
    return [_error(number, sentence) for number, sentence, wrong in found if wrong]


def _durability(cursor: Any) -> list[CheckMessage]:
    wrong = []
    for setting in _DURABLE:
        cursor.execute(f"show {setting}")
        if cursor.fetchone()[0] == "off":
            wrong.append(_error(5, f"{setting} is off on the write database: commits can be lost; set it to on."))
    return wrong


def _error(number: int, message: str) -> CheckMessage:
    return Error(message, id=f"daybook.E{number:03}")
