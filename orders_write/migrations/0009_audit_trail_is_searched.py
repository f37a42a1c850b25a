from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders_write", "0008_roles")]

    operations = [
        migrations.AddIndex("auditentry", models.Index(fields=["at", "id"], name="audit_by_time")),
        migrations.AddIndex("auditentry", models.Index(fields=["action", "at", "id"], name="audit_by_action")),
        migrations.AddIndex("auditentry", models.Index(fields=["actor", "at", "id"], name="audit_by_actor")),
        migrations.AddIndex("auditentry", models.Index(fields=["target", "at", "id"], name="audit_by_target")),
    ]
