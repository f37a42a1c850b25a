from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders_write", "0003_events_customer")]

    operations = [
        migrations.CreateModel(
            name="AccessToken",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("digest", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("role", models.TextField()),
                ("customer_id", models.TextField(null=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("change", models.BigIntegerField(unique=True)),
                ("made_by", models.TextField()),
                ("revoked_by", models.TextField(blank=True)),
                ("revoke_reason", models.TextField(blank=True)),
            ],
            options={"db_table": "access_tokens"},
        ),
    ]
