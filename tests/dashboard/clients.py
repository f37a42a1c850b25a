"""Django's test client, signed in: the dashboard's pages without a browser."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connections
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from config.dashboard.page import Page


def signed_in(name: str) -> Client:
    """Return a client that is signed in as that account."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def with_permissions(name: str, *permissions: str) -> Client:
    """Return a client that is signed in as staff with some permissions, such as `view_event`, and no others."""
    User.objects.filter(username=name).delete()
    account = User.objects.create_user(name, is_staff=True)
    account.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return signed_in(name)


def queries_of(client: Client, address: str) -> int:
    """Return how many statements a page asks of both databases."""
    with CaptureQueriesContext(connections["default"]) as write, CaptureQueriesContext(connections["read"]) as read:
        assert client.get(address).status_code == 200
    return len(write) + len(read)


def rendered(page: type[Page], account: User, address: str, **arguments: Any) -> Any:
    """Return what a page answers to an account that is known already, as while the write database is down."""
    request = RequestFactory().get(address)
    request.user = account
    return page.as_view(site=admin.site)(request, **arguments).render()


HOSTILE: Sequence[str] = ("%00", "%ED%A0%80", "%FF", "9" * 400, "-1", "' or 1=1 --", "%3Cscript%3E", "{{7*7}}", "‮")
