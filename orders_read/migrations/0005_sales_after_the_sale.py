from decimal import Decimal
from typing import Any

from django.db import migrations, models
from django.db.models.expressions import CombinedExpression


def _amount() -> Any:
    return models.DecimalField(max_digits=30, decimal_places=4, default=Decimal(0))


def _net(expression: CombinedExpression) -> Any:
    amount = models.DecimalField(max_digits=30, decimal_places=4)
    return models.GeneratedField(db_persist=True, expression=expression, output_field=amount)


# The rows that are there wait for `rebuild_projections` with these values.
ADDED = [
    ("customersummary", "expired_orders", models.IntegerField(default=0)),
    ("customersummary", "refunded", _amount()),
    ("dailysales", "returned_units", models.BigIntegerField(default=0)),
    ("dailysales", "expired", _amount()),
    ("dailysales", "refunded", _amount()),
]


class Migration(migrations.Migration):
    dependencies = [("orders_read", "0004_order_lifecycle")]

    operations = [
        *[migrations.AddField(model, name, field, preserve_default=False) for model, name, field in ADDED],
        migrations.RemoveField("dailysales", "net"),
        migrations.AddField(
            "dailysales", "net", _net(models.F("gross") - models.F("cancelled") - models.F("refunded"))
        ),
    ]
