from decimal import Decimal
from typing import Any

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


def _amount() -> Any:
    return models.DecimalField(max_digits=24, decimal_places=4, default=Decimal(0))


# The rows that are there wait for `rebuild_projections order_views` with these values.
ADDED: dict[str, Any] = {
    "order_status": models.TextField(default="placed"),
    "payment_status": models.TextField(default="none"),
    "fulfillment_status": models.TextField(default="unfulfilled"),
    "product_ids": django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list),
    "subtotal": _amount(),
    "discount": _amount(),
    "shipping_fee": _amount(),
    "authorised": _amount(),
    "captured": _amount(),
    "refunded": _amount(),
    "payments": models.JSONField(default=list),
    "fulfillments": models.JSONField(default=list),
    "notes": models.JSONField(default=list),
    "hold_reason": models.TextField(default=""),
}


class Migration(migrations.Migration):
    dependencies = [("orders_read", "0003_more_read_models")]

    operations = [
        *[migrations.AddField("orderview", name, field, preserve_default=False) for name, field in ADDED.items()],
        *[
            migrations.AddField("orderview", name, models.DateTimeField(null=True))
            for name in ("confirmed_at", "delivered_at", "closed_at")
        ],
        migrations.AddIndex(
            "orderview", django.contrib.postgres.indexes.GinIndex(fields=["product_ids"], name="order_views_products")
        ),
    ]
