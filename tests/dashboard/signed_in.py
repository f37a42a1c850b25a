"""A client of the dashboard without a browser, signed in as somebody with some permissions."""

from html.parser import HTMLParser

from django.contrib.admin import site
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.dashboard.page import Page


def signed_in(name: str = "ada", *permissions: str) -> Client:
    """Return a client of an account that has these permissions (`app.codename`), all of them when none is named."""
    User.objects.filter(username=name).delete()
    user = User.objects.create_user(name, is_staff=True, is_superuser=not permissions)
    for app, codename in (permission.split(".") for permission in permissions):
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    client = Client()
    client.force_login(user)
    return client


def shown_to_an_administrator(page: type[Page], **address: str) -> HttpResponse:
    """Return a page as somebody sees it who signed in before the write database, with all accounts, went down."""
    request = RequestFactory().get("/admin/")
    request.user = User(username="ada", is_staff=True, is_superuser=True)
    return page.as_view(site=site)(request, **address).render()


def text_of(response) -> str:
    """Return what a page says, its words one space apart."""
    parser = _Text()
    parser.feed(response.content.decode())
    return " ".join(" ".join(parser.said).split())


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)
