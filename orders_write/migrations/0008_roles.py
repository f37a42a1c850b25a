"""The dashboard's four roles, as groups of Django's; from here on they are the administrators' own to change.

On a new database neither permissions nor content types exist while migrations run, so those that are needed are made
here, as Django would make them afterwards.
"""

from typing import Any

from django.db import migrations

VIEWER = [
    ("orders_read", "orderview", "view_orderview", "Can view order view"),
    ("orders_write", "event", "view_event", "Can view event"),
    ("projections", "rebuild", "view_rebuild", "Can view rebuild"),
]
OPERATOR = [*VIEWER, ("orders_write", "event", "command_orders", "Can change orders by commands")]
ENGINEER = [*VIEWER, ("projections", "rebuild", "operate_projections", "Can rebuild, verify, pause, retry and skip")]
ADMINISTRATOR = [
    *OPERATOR,
    *ENGINEER[len(VIEWER) :],
    ("orders_write", "accesstoken", "manage_access", "Can make and revoke tokens, and see the audit trail"),
    *[
        ("auth", model, f"{action}_{model}", f"Can {action} {model}")
        for model in ("user", "group")
        for action in ("add", "change", "delete", "view")
    ],
]
ROLES = {"viewer": VIEWER, "operator": OPERATOR, "engineer": ENGINEER, "administrator": ADMINISTRATOR}


def make_roles(apps: Any, schema_editor: Any) -> None:
    """Make the groups that are not there; one that is there belongs to whoever made it, and stays as it is."""
    alias = schema_editor.connection.alias
    for name, permissions in ROLES.items():
        group, made = apps.get_model("auth", "Group").objects.using(alias).get_or_create(name=name)
        if made:
            group.permissions.set([_permission(apps, alias, *one) for one in permissions])


def _permission(apps: Any, alias: str, app: str, model: str, codename: str, name: str) -> Any:
    types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    of_model, _ = types.get_or_create(app_label=app, model=model)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    return permissions.get_or_create(content_type=of_model, codename=codename, defaults={"name": name})[0]


class Migration(migrations.Migration):
    dependencies = [
        ("orders_write", "0007_audit_trail"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
