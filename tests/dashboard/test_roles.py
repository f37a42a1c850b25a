"""Roles: made by a migration, given by those who may, and no way to rise by oneself."""

from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from config.dashboard.ranks import PERMISSIONS
from orders_write.models import AuditEntry
from tests.dashboard.staff import ROLES, account, signed_in

LOOK = {"orders_read.view_orderview", "orders_write.view_event", "projections.view_rebuild"}
COMMAND, OPERATE, ACCESS = (
    "orders_write.command_orders",
    "projections.operate_projections",
    "orders_write.manage_access",
)
ACCOUNTS = {f"auth.{action}_{model}" for model in ("user", "group") for action in ("add", "change", "delete", "view")}
MAY = {
    "viewer": LOOK,
    "operator": LOOK | {COMMAND},
    "engineer": LOOK | {OPERATE},
    "administrator": LOOK | {COMMAND, OPERATE, ACCESS} | ACCOUNTS,
}
USERS, GROUPS = "/admin/auth/user/", "/admin/auth/group/"
# What each role is answered at the pages about access.
ACCESS_PAGES = (USERS, f"{USERS}add/", GROUPS, f"{GROUPS}add/", "/admin/tokens/", "/admin/tokens/new/", "/admin/audit/")


def _may(group):
    return {f"{app}.{name}" for app, name in group.permissions.values_list("content_type__app_label", "codename")}


def test_the_migration_makes_the_roles(databases):
    assert {group.name: _may(group) for group in Group.objects.filter(name__in=ROLES)} == MAY
    assert set(PERMISSIONS) == MAY["administrator"]


def test_the_permissions_are_those_that_django_would_make(databases):
    before = set(Permission.objects.values_list("pk", "name"))
    from django.contrib.auth.management import create_permissions

    for label in ("auth", "orders_read", "orders_write", "projections"):
        create_permissions(apps.get_app_config(label), verbosity=0, using="default")
    assert set(Permission.objects.values_list("pk", "name")) == before


def test_the_migration_leaves_what_an_administrator_changed(databases):
    viewer = Group.objects.get(name="viewer")
    kept = Permission.objects.get(codename="view_event")
    before = list(viewer.permissions.all())
    viewer.permissions.set([kept])
    Group.objects.filter(name="engineer").update(name="engineers")
    try:
        with connections["default"].schema_editor() as editor:
            import_module("orders_write.migrations.0008_roles").make_roles(apps, editor)
        assert _may(viewer) == {"orders_write.view_event"}
        assert _may(Group.objects.get(name="engineer")) == MAY["engineer"]
    finally:
        viewer.permissions.set(before)
        Group.objects.filter(name="engineer").delete()
        Group.objects.filter(name="engineers").update(name="engineer")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_what_it_may(databases, role):
    client = signed_in(account("rosa", role))
    of_access = 200 if role == "administrator" else 403
    assert client.get("/admin/").status_code == 200
    assert [client.get(page).status_code for page in ACCESS_PAGES] == [of_access] * len(ACCESS_PAGES)
    assert ("Audit trail" in client.get("/admin/").content.decode()) is (role == "administrator")


def test_who_is_not_staff_does_not_come_in(databases):
    client = signed_in(account("rosa", "administrator", is_staff=False))
    pages = ("/admin/", *ACCESS_PAGES)
    assert [client.get(page).status_code for page in pages] == [302] * len(pages)


def _asked(user, **changes):
    """The form of an account as a browser sends it back."""
    return {
        "username": user.username, "first_name": "", "last_name": "", "email": "", "is_active": "on",
        "is_staff": "on", "groups": [group.pk for group in user.groups.all()], "reason": "",
    } | changes  # fmt: skip


def test_an_administrator_gives_a_role_on_the_record(databases):
    client, rosa = signed_in(account("ada", "administrator")), account("rosa", "viewer")
    engineer = Group.objects.get(name="engineer")
    changed = _asked(rosa, groups=[engineer.pk], email="rosa@example.com", reason="takes over the read models")
    assert client.post(f"{USERS}{rosa.pk}/change/", changed, REMOTE_ADDR="192.0.2.7").status_code == 302
    assert [group.name for group in rosa.groups.all()] == ["engineer"]
    on_record = AuditEntry.objects.order_by("id").values_list(
        "actor", "address", "action", "target", "reason", "details"
    )
    who, why = ("ada", "192.0.2.7"), "takes over the read models"
    assert list(on_record) == [
        (*who, "change user", "rosa", why, {"changed": ["email"]}),
        (*who, "give role", "rosa", why, {"role": "engineer"}),
        (*who, "take role", "rosa", why, {"role": "viewer"}),
    ]


def test_an_account_is_made_changed_and_deleted_on_the_record(databases):
    client, viewer = signed_in(account("ada", "administrator")), Group.objects.get(name="viewer")
    passwords = {"usable_password": "true", "password1": "long and new", "password2": "long and new"}
    made = {"username": "rosa", "is_staff": "on", "groups": [viewer.pk], "reason": "new here", **passwords}
    assert client.post(f"{USERS}add/", made).status_code == 302
    rosa = User.objects.get(username="rosa")
    assert (rosa.is_staff, rosa.is_superuser, [g.name for g in rosa.groups.all()]) == (True, False, ["viewer"])
    newer = {"usable_password": "true", "password1": "longer and newer", "password2": "longer and newer"}
    assert client.post(f"{USERS}{rosa.pk}/password/", newer).status_code == 302
    assert client.post(f"{USERS}{rosa.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(AuditEntry.objects.order_by("id").values_list("action", "target", "reason", "details")) == [
        ("make user", "rosa", "new here", {"is_staff": True}),
        ("give role", "rosa", "new here", {"role": "viewer"}),
        ("set password", "rosa", "", {}),
        ("delete user", "rosa", "", {}),
    ]


def test_an_administrator_cannot_rise_above_what_he_has(databases):
    ada, root = account("ada", "administrator"), account("root", is_superuser=True)
    chief = Group.objects.get_or_create(name="chief")[0]
    chief.permissions.set(Permission.objects.filter(codename="delete_session"))
    client, viewer = signed_in(ada), account("rosa", "viewer")
    for one in (ada, viewer):
        client.post(f"{USERS}{one.pk}/change/", _asked(one, is_superuser="on", user_permissions=["1"]))
        assert client.post(f"{USERS}{one.pk}/change/", _asked(one, groups=[chief.pk])).status_code == 200
    beyond = Permission.objects.get(codename="delete_session").pk
    assert client.post(f"{GROUPS}add/", {"name": "climbers", "permissions": [beyond]}).status_code == 200
    refused = [
        (f"{USERS}{root.pk}/change/", _asked(root, is_active="")),
        (f"{USERS}{root.pk}/password/", {"password1": "taken over!", "password2": "taken over!"}),
        (f"{USERS}{root.pk}/delete/", {"post": "yes"}),
        (f"{USERS}{ada.pk}/delete/", {"post": "yes"}),
        (f"{GROUPS}{chief.pk}/change/", {"name": "chief", "permissions": []}),
        (f"{GROUPS}{chief.pk}/delete/", {"post": "yes"}),
    ]
    assert [client.post(page, asked).status_code for page, asked in refused] == [403] * len(refused)
    many = {"action": "delete_selected", "_selected_action": [root.pk, viewer.pk], "post": "yes"}
    client.post(USERS, many)
    assert list(AuditEntry.objects.all()) == []
    assert list(User.objects.filter(username__in=["ada", "root", "rosa"]).order_by("username").values_list(
        "username", "is_superuser", "is_active", "groups__name", "user_permissions")) == [
        ("ada", False, True, "administrator", None),
        ("root", True, True, None, None),
        ("rosa", False, True, "viewer", None),
    ]  # fmt: skip
    chief.delete()


def test_a_closed_account_that_may_do_more_is_not_taken_over(databases):
    """A closed account has no permissions as Django counts them; opening it would give them back."""
    boss = account("boss", "administrator", is_active=False)
    clerk = account("clerk")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    assert signed_in(clerk).post(f"{USERS}{boss.pk}/change/", _asked(boss)).status_code == 403


def test_what_a_role_may_is_changed_on_the_record_and_the_rest_of_it_kept(databases):
    client = signed_in(account("root", is_superuser=True))
    beyond, look, access = (Permission.objects.get(codename=name) for name in
                            ("delete_session", "view_event", "manage_access"))  # fmt: skip
    clerks = Group.objects.get_or_create(name="clerks")[0]
    clerks.permissions.set([beyond, look])
    asked = {"name": "clerks", "permissions": [access.pk], "reason": "audit"}
    assert client.post(f"{GROUPS}{clerks.pk}/change/", asked).status_code == 302
    assert _may(clerks) == {"sessions.delete_session", "orders_write.manage_access"}
    assert list(AuditEntry.objects.values_list("action", "target", "reason", "details")) == [
        ("change role", "clerks", "audit", {"given": ["manage_access"], "taken": ["view_event"]})
    ]
    clerks.delete()


def test_the_command_line_makes_an_account_with_a_role(databases):
    out = StringIO()
    call_command("create_user", "olga", "--role", "operator", "--reason", "new here", stdout=out)
    said, password = out.getvalue().strip().splitlines()
    olga = User.objects.get(username="olga")
    assert said == "olga is an operator; the password, shown once:"
    assert (olga.check_password(password), olga.is_staff, olga.is_superuser) == (True, True, False)
    assert list(AuditEntry.objects.order_by("id").values_list("action", "target", "reason")) == [
        ("make user", "olga", "new here"), ("give role", "olga", "new here"),
    ]  # fmt: skip
    with pytest.raises(CommandError, match="already exists"):
        call_command("create_user", "olga", "--role", "operator")
    with pytest.raises(CommandError, match="There is no role 'king'; there are: administrator, engineer, operator, v"):
        call_command("create_user", "pia", "--role", "king")
