"""Rows of order_views are not compressed to 2 kB: for their search vectors that took an eighth of a write."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("orders_read", "0003_more_read_models"),
    ]

    operations = [
        migrations.RunSQL(
            "alter table order_views set (toast_tuple_target = 8160)",
            "alter table order_views reset (toast_tuple_target)",
        ),
    ]
