"""Accounts with roles for the tests of the dashboard, and clients that are signed in with them."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client

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
