"""Whose an order is, told by an index alone: in the same time for a foreign order as for one that is not there."""

from django.db import migrations, models
from django.db.models.fields.json import KT


class Migration(migrations.Migration):
    dependencies = [("orders_write", "0002_log_is_append_only")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                models.F("stream_id"), KT("data__customer_id"), condition=models.Q(version=1), name="events_customer"
            ),
        ),
    ]
