"""The running service as a fixture."""

import pytest

from tests.e2e.service import serving


@pytest.fixture
def service(databases, tmp_path):
    """The service in its smallest form on the test databases, up and answering: its worker takes wake-ups too."""
    with serving(tmp_path, "web", "worker", "beat") as running:
        yield running


@pytest.fixture
def order():
    """The body of a request that places an order."""
    return {
        "customer_id": "ada",
        "currency": "GBP",
        "items": [{"product_id": "tea", "name": "Tea", "quantity": 2, "unit_price": "3.50"}],
        "shipping_address": {"country": "United Kingdom", "city": "Leeds"},
    }
