from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders_read", "0003_more_read_models")]

    operations = [
        migrations.CreateModel(
            name="TokenCopy",
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
            ],
            options={"db_table": "token_copies"},
        ),
    ]
