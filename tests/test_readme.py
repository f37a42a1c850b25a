"""README's example of a seventh projection, run as it is printed."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connections

from projections import registry

README = Path(__file__).parent.parent / "README.md"
IMPORTS = """
from datetime import timedelta
from django.db import models
from orders_write.domain.events import OrderCreated
from projections.projector import ADD, LATEST, TotalsProjector
from projections.testing import WHEN, given, story
from tests.builders import created
"""


@pytest.fixture
def printed(databases):
    """The example's text, and what it defines, its table made as a migration would make it."""
    (text,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    defined = {"__name__": "orders_read.models"}
    exec(IMPORTS + text, defined)  # noqa: S102
    with connections["read"].schema_editor() as editor:
        editor.create_model(defined["CountryOrders"])
    yield text, defined
    with connections["read"].cursor() as cursor:
        cursor.execute("drop schema if exists previous_country_orders cascade; drop table country_orders")
    del apps.all_models["orders_read"]["countryorders"]
    apps.clear_cache()


def test_a_seventh_projection_takes_fewer_than_thirty_lines(printed, monkeypatch):
    text, defined = printed
    assert len([line for line in text.splitlines() if line and not line.startswith("#")]) < 30
    monkeypatch.setattr(registry, "PROJECTORS", (defined["CountryOrdersProjector"](),))
    defined["test_orders_are_counted_by_country"](None)
