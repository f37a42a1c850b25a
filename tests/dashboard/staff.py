"""Accounts with roles or rights for the tests of the dashboard, and clients that are signed in with them.

Without a password: to hash one takes longer than most tests.
"""

from html.parser import HTMLParser
from typing import Any

from django.contrib.admin import site
from django.contrib.auth.models import Group, Permission, User
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.dashboard.page import Page

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


def client(name: str = "ada", *permissions: str) -> Client:
    """Return somebody's browser, signed in."""
    browser = Client()
    browser.force_login(member(name, *permissions))
    return browser


def shown_to_an_administrator(page: type[Page], **address: str) -> HttpResponse:
    """Return a page as somebody sees it who signed in before the write database, with all accounts, went down."""
    request = RequestFactory().get("/admin/")
    request.user = User(username="ada", is_staff=True, is_superuser=True)
    return page.as_view(site=site)(request, **address).render()


def text_of(answer: Any) -> str:
    """Return what a page says, its words one space apart."""
    parser = _Text()
    parser.feed(answer.content.decode())
    return " ".join(" ".join(parser.said).split())


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)
