from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders_read", "0006_order_lists")]

    operations = [
        migrations.CreateModel(
            name="OrderDeadline",
            fields=[
                ("order_id", models.UUIDField(primary_key=True, serialize=False)),
                ("version", models.IntegerField()),
                ("order_status", models.TextField()),
                ("payment_status", models.TextField()),
                ("fulfillment_status", models.TextField()),
                ("total", models.DecimalField(decimal_places=4, max_digits=24)),
                ("awaits", models.TextField()),
                ("since", models.DateTimeField(null=True)),
                ("event_id", models.UUIDField(null=True)),
                ("correlation_id", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "order_deadlines",
                "indexes": [
                    models.Index(
                        condition=models.Q(("since__isnull", False)),
                        fields=["awaits", "since", "order_id"],
                        name="order_deadlines_due",
                    )
                ],
            },
        ),
    ]
