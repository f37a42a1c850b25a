from typing import Any

from django.conf import settings
from django.db import migrations, models

import orders_write.models

APPEND_ONLY = """
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'The audit trail is append-only: % is refused.', lower(tg_op) using errcode = 'restrict_violation';
end $$;
create trigger audit_append_only before update or delete or truncate on audit_entries
    for each statement execute function audit_is_append_only();
alter table audit_entries enable always trigger audit_append_only;
"""

FORGET = "drop trigger audit_append_only on audit_entries; drop function audit_is_append_only();"


def leave_the_application_to_append(apps: Any, schema_editor: Any) -> None:
    """Take from the application's role what the log's migration gives it by default."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        if cursor.fetchone()[0] == settings.WRITE_APP_ROLE:
            return  # one role does both; the trigger still refuses
    role = schema_editor.quote_name(settings.WRITE_APP_ROLE)
    schema_editor.execute(f"revoke update, delete, truncate on audit_entries from {role}")


class Migration(migrations.Migration):
    dependencies = [("orders_write", "0006_permissions")]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=orders_write.models.ClockTimestamp())),
                ("actor", models.TextField()),
                ("address", models.GenericIPAddressField(null=True)),
                ("action", models.TextField()),
                ("target", models.TextField()),
                ("reason", models.TextField(blank=True)),
                ("details", models.JSONField(default=dict)),
            ],
            options={"db_table": "audit_entries"},
        ),
        migrations.RunSQL(APPEND_ONLY, FORGET),
        migrations.RunPython(leave_the_application_to_append, migrations.RunPython.noop),
    ]
