"""Who may manage whom: nobody gives what he does not have, or acts on somebody who may do more than he."""

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet

PERMISSIONS = {
    "orders_read.view_orderview": "Look at orders, customers and reports",
    "orders_write.view_event": "Look at the event log",
    "projections.view_rebuild": "Look at the projections",
    "orders_write.command_orders": "Change orders by commands",
    "projections.operate_projections": "Operate projections: rebuild, verify, pause, retry, skip",
    "orders_write.manage_access": "Make and revoke API tokens, look at the audit trail",
    **{
        f"auth.{action}_{model}": f"{action.title()} {what}"
        for model, what in (("user", "users"), ("group", "roles"))
        for action in ("view", "add", "change", "delete")
    },
}  # what the dashboard asks for, in words; other permissions open nothing


def in_words(permission: Permission) -> str:
    """Return what a permission is for."""
    return PERMISSIONS.get(_name(permission)) or f"{permission.name} (opens nothing here)"


def offered_to(user: Any) -> QuerySet[Permission]:
    """Return what somebody may put into a role: what he has, as far as the dashboard asks for it."""
    wanted = [permission.pk for permission in held_by(user) if _name(permission) in PERMISSIONS]
    return Permission.objects.filter(pk__in=wanted)


def held_by(user: Any) -> QuerySet[Permission]:
    """Return the permissions that an account has, itself and by its roles, whether or not it is active."""
    if user.is_superuser:
        return Permission.objects.select_related("content_type")
    return Permission.objects.select_related("content_type").filter(Q(group__user=user) | Q(user=user)).distinct()


def grantable_roles(user: Any) -> QuerySet[Group]:
    """Return the roles that somebody may give or take: those with nothing in them that he does not have."""
    beyond = Permission.objects.exclude(pk__in=held_by(user).values("pk"))
    return Group.objects.exclude(permissions__in=beyond)


def may_manage(user: Any, other: User | Group) -> bool:
    """Tell whether everything that an account or a role may do, this user may do too."""
    if user.is_superuser:
        return True
    if isinstance(other, Group):
        return grantable_roles(user).filter(pk=other.pk).exists()
    return not other.is_superuser and not held_by(other).exclude(pk__in=held_by(user).values("pk")).exists()


def _name(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"
