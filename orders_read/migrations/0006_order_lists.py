from django.db import migrations, models

NEWEST = ["-created_at", "-order_id"]
FILTERS = (
    "status", "order_status", "payment_status", "fulfillment_status", "country", "currency", "created_at", "updated_at",
    "total",
)  # fmt: skip


def _holding_filters(name: str, *fields: str) -> migrations.AddIndex:
    included = tuple(column for column in FILTERS if column not in fields and f"-{column}" not in fields)
    return migrations.AddIndex(
        "orderview", models.Index(fields=list(fields), include=included, name=f"order_views_{name}")
    )


class Migration(migrations.Migration):
    dependencies = [("orders_read", "0004_token_copies"), ("orders_read", "0005_sales_after_the_sale")]

    operations = [
        *[migrations.RemoveIndex("orderview", f"order_views_{name}") for name in ("customer", "created", "updated")],
        _holding_filters("customer", "customer_id", *NEWEST),
        _holding_filters("created", *NEWEST),
        _holding_filters("updated", "-updated_at", "-order_id"),
        _holding_filters("currency", "currency", "-total", "-order_id"),
        *[
            migrations.AddIndex("orderview", models.Index(fields=[column, *NEWEST], name=f"order_views_{name}"))
            for name, column in {
                "order": "order_status",
                "payment": "payment_status",
                "fulfillment": "fulfillment_status",
                "country": "country",
            }.items()
        ],
    ]
