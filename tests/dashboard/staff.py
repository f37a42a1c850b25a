"""Accounts with roles or rights for the tests of the dashboard, and clients that are signed in with them.

Without a password: to hash one takes longer than most tests.
"""

import re
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.test import Client

VIEW, COMMAND = "orders_read.view_orderview", "orders_write.command_orders"
ROLES = ("viewer", "operator", "engineer", "administrator")


def account(name: str, *roles: str, **flags: Any) -> User:
    """Return a new account of staff with roles."""
    found = User.objects.create_user(name, **{"is_staff": True, **flags})
    found.groups.set(Group.objects.filter(name__in=roles))
    return found


def signed_in(user: User) -> Client:
    """Return a browser that is signed in, without scripts."""
    client = Client()
    client.force_login(user)
    return client


def member(name: str, *permissions: str) -> User:
    """Return an account on the staff with these rights alone; a superuser's when none are named."""
    User.objects.filter(username=name).delete()
    found = User.objects.create_user(name, is_staff=True, is_superuser=not permissions)
    for permission in permissions:
        app, codename = permission.split(".")
        found.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return found


def client(name: str, *permissions: str) -> Client:
    """Return somebody's browser, signed in."""
    browser = Client()
    browser.force_login(member(name, *permissions))
    return browser


def said(answer: Any) -> str:
    """Return a page's text without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("&nbsp;", " ").split())
