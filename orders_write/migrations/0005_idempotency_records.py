"""The answers to commands that were asked under a key; the application's role writes, reads and forgets them."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

import orders_write.models


def grant_to_application(apps: Any, schema_editor: Any) -> None:
    """Grant it by name: the default privileges of migration 0002 count only where one role runs every migration."""
    role = schema_editor.quote_name(settings.WRITE_APP_ROLE)
    schema_editor.execute(f"grant select, insert, update, delete on idempotency_records to {role}")


class Migration(migrations.Migration):
    dependencies = [("orders_write", "0004_access_tokens")]

    operations = [
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                ("command_id", models.UUIDField(primary_key=True, serialize=False)),
                ("actor", models.TextField()),
                ("route", models.TextField()),
                ("key", models.TextField()),
                ("fingerprint", models.TextField()),
                ("answer", models.TextField()),
                ("created_at", models.DateTimeField(db_default=orders_write.models.ClockTimestamp(), db_index=True)),
            ],
            options={"db_table": "idempotency_records"},
        ),
        migrations.RunPython(grant_to_application, migrations.RunPython.noop),
    ]
