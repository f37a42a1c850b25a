from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders_read", "0008_paused_checkpoints")]

    operations = [
        migrations.AddIndex(
            model_name="customersummary",
            index=models.Index(fields=["currency", "-lifetime_value", "customer_id"], name="customer_summaries_value"),
        ),
    ]
