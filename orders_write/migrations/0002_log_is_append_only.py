"""The database's half of the laws: append-only (law 1), and the log lock that makes gaps exact (law 3)."""

from typing import Any

from django.conf import settings
from django.db import migrations

LOG_LOCK_KEY = 4_919_201_127

APPEND_ONLY = """
create function events_are_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'The log is append-only: % of events is refused. Append a correcting event instead.', lower(tg_op)
        using errcode = 'restrict_violation';
end $$;
create trigger events_append_only before update or delete or truncate on events
    for each statement execute function events_are_append_only();
alter table events enable always trigger events_append_only;
"""

# For each statement, so that it runs before the identity default: a row trigger would run after the position is drawn.
LOG_LOCK = f"""
create function events_take_log_lock() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared({LOG_LOCK_KEY});
    return null;
end $$;
create trigger events_log_lock before insert on events
    for each statement execute function events_take_log_lock();
alter table events enable always trigger events_log_lock;
"""

FORGET = """
drop trigger events_log_lock on events;
drop function events_take_log_lock();
drop trigger events_append_only on events;
drop function events_are_append_only();
"""


def grant_to_application(apps: Any, schema_editor: Any) -> None:
    """Let the application's role read and append, and nothing more."""
    role = schema_editor.quote_name(settings.WRITE_APP_ROLE)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        if cursor.fetchone()[0] == settings.WRITE_APP_ROLE:
            return  # one role does both; the system check daybook.W001 says so
    schema_editor.execute(f"grant usage on schema public to {role}")
    schema_editor.execute(f"grant select, insert, update, delete on all tables in schema public to {role}")
    schema_editor.execute(f"grant usage, select on all sequences in schema public to {role}")
    schema_editor.execute(
        f"alter default privileges in schema public grant select, insert, update, delete on tables to {role}"
    )
    schema_editor.execute(f"alter default privileges in schema public grant usage, select on sequences to {role}")
    schema_editor.execute(f"revoke update, delete, truncate on events from {role}")


class Migration(migrations.Migration):
    dependencies = [("orders_write", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY + LOG_LOCK, FORGET),
        migrations.RunPython(grant_to_application, migrations.RunPython.noop),
    ]
