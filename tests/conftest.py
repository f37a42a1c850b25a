"""What every test stands on: two real databases, a real broker, and short ways to place orders and post events."""

import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, settings
from rest_framework.test import APIClient

from config import embedded
from tests import databases as test_databases
from tests import tokens


def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded servers before the first test asks for them (not when URLs are configured).

    Hypothesis asks the same questions in every run, new ones where a thorough one is wanted; none has a time to keep.
    """
    thorough = bool(os.environ.get("DAYBOOK_THOROUGH"))
    slow = [HealthCheck.too_slow]
    settings.register_profile(
        "daybook", deadline=None, database=None, derandomize=not thorough, suppress_health_check=slow
    )
    settings.load_profile("daybook")
    django_settings.WHITENOISE_AUTOREFRESH = True  # or every client that a test makes looks at all static files first
    embedded.ensure_running()
    test_databases.keep_apart()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are cores, up to four: many tests wait for processes of their own."""
    return min(4, (os.cpu_count() or 1) + 1)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Make both test databases once, and drop them at the end."""
    with django_db_blocker.unblock():
        for alias in test_databases.ALIASES:
            test_databases.create(alias)
        yield
        test_databases.drop()


@pytest.fixture
def databases(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Both test databases, emptied; whatever the test does is really committed."""
    with django_db_blocker.unblock():
        test_databases.empty()
        yield


@pytest.fixture
def project(databases: None) -> Callable[[], None]:
    """Return a function that posts every event into every read model, in this process."""
    from projections.catch_up import Outcome, catch_up
    from projections.registry import PROJECTORS

    def run() -> None:
        for projector in PROJECTORS:
            while catch_up(projector) is Outcome.OUT_OF_TIME:
                pass

    return run


@pytest.fixture
def place(databases: None) -> Callable[..., UUID]:
    """Return a function that places an order through the command bus and gives its id."""
    from orders_write.command_bus import Context, dispatch
    from orders_write.domain.commands import CreateOrder
    from orders_write.domain.values import Address, Item
    from orders_write.ids import new_id

    def run(*items: tuple[str, int, str], customer: str | None = "ada", **changes: Any) -> UUID:
        asked = items or (("tea", 2, "3.50"),)
        command = {
            "order_id": new_id(),
            "customer_id": customer,
            "currency": "GBP",
            "items": tuple(Item(name, name.title(), quantity, Decimal(price)) for name, quantity, price in asked),
            "shipping_address": Address("United Kingdom", city="Leeds"),
        } | changes
        return dispatch(CreateOrder(**command), Context("tests")).order_id

    return run


@pytest.fixture
def anonymous_api(databases: None) -> APIClient:
    """A client of the HTTP API without credentials."""
    return tokens.client()


@pytest.fixture
def api(databases: None) -> APIClient:
    """A client of the HTTP API with an operator's token."""
    return tokens.client(tokens.token())


@pytest.fixture
def service_api(databases: None) -> APIClient:
    """A client of the HTTP API with a service's token."""
    return tokens.client(tokens.token("warehouse", "service"))


@pytest.fixture
def ada_api(databases: None) -> APIClient:
    """A client of the HTTP API with Ada's own token."""
    return tokens.client(tokens.customer("ada"))


@pytest.fixture
def shop(place: Callable[..., UUID], project: Callable[[], None]) -> list[UUID]:
    """A shop's day: three orders placed, two of them extended, the third cancelled; all posted. Their ids."""
    from orders_write.command_bus import Context, dispatch
    from orders_write.domain.commands import AddOrderItem, CancelOrder
    from orders_write.domain.values import Item

    order_ids = [place(("tea", 2, "3.50"), ("jam", 1, "0.125")), place(customer=None), place(("scone", 12, "0.9"))]
    jam = Item("jam", "Strawberry jam", 3, Decimal("2.7500"))
    for order_id in order_ids[:2]:
        dispatch(AddOrderItem(order_id=order_id, item=jam), Context("tests"))
    dispatch(CancelOrder(order_id=order_ids[2], reason="out of scones"), Context("tests"))
    project()
    return order_ids
