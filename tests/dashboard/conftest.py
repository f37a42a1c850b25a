"""The dashboard of the running service in a real browser; one service for the tests of a module."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from playwright.sync_api import Browser

from tests import databases as test_databases
from tests.dashboard import browser, staff
from tests.dashboard.browser import PASSWORD, Visitor
from tests.e2e.service import Service, eventually

_hashed = cache(make_password)  # which takes longer than most tests


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running Chromium."""
    with browser.running() as found:
        yield found


@pytest.fixture(scope="module")
def service(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The whole service on the emptied test databases, for all tests of the module."""
    with django_db_blocker.unblock():
        test_databases.empty()
        running = Service(tmp_path_factory.mktemp("service"))
        running.broker.start()
        try:
            running.start("web", "worker", "beat")
            eventually(running.is_up, "the web server answers")
            yield running
        finally:
            running.stop()


@pytest.fixture
def user(django_db_setup: None, django_db_blocker: Any) -> Callable[..., str]:
    """Return a function that makes an account, an administrator's unless groups are named, and gives its name."""

    def make(name: str, *groups: str) -> str:
        from django.contrib.auth.models import Group, User

        found = User.objects.filter(username=name).first()
        if found is None:
            found = User(username=name, password=_hashed(PASSWORD), is_staff=True, is_superuser=not groups)
            found.save()
            found.groups.set(Group.objects.filter(name__in=groups))
        return name

    with django_db_blocker.unblock():
        yield make


@pytest.fixture
def post(databases: None) -> Callable[[], None]:
    """Return a function that posts every event into what the page of an order shows."""
    from projections.catch_up import catch_up
    from projections.registry import named

    def run() -> None:
        for projector in named(["order_views", "order_timeline"]):
            catch_up(projector)

    return run


@pytest.fixture
def signed_in(databases: None) -> Iterator[Callable[..., Client]]:
    """Return a function that signs somebody in, with some rights alone; the accounts go again."""
    from django.contrib.auth.models import User

    names: list[str] = []

    def client(name: str, *permissions: str) -> Client:
        names.append(name)
        return staff.client(name, *permissions)

    yield client
    User.objects.filter(username__in=names).delete()


@pytest.fixture
def visit(chromium: Browser, service: Service) -> Iterator[Callable[..., Visitor]]:
    """Return a function that opens a browser window; at the end nothing may have gone wrong in any of them."""
    visitors: list[Visitor] = []

    def opened(**options: Any) -> Visitor:
        visitors.append(Visitor(chromium, f"http://127.0.0.1:{service.port}", **options))
        return visitors[-1]

    yield opened
    noted = [one for visitor in visitors for one in visitor.noted]
    for visitor in visitors:
        visitor.context.close()
    assert noted == []
