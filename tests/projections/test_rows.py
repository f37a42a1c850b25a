"""Rows on their way into a table: what is in a text reaches it as it is, whichever way the row goes."""

import re

import pytest
from django.apps import apps
from django.db import models

from orders_read.models import OrderView
from orders_write.domain.events import OrderCreated
from projections import rows
from projections.rebuild import Options, rebuild
from projections.registry import named
from tests.orders_read.rows import view

ODD = ['a "b"', "back\\slash", '\\"', "comma, brace { }", "", "NULL", "tab\tline\nreturn\r", "\\N", "é 漢字 🙂", "'"]


class OfType(models.Field):
    """A column of any type."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind

    def db_type(self, connection):
        """Return the type's name."""
        return self.kind


def _row(number, **changes):
    model = view(number, **changes)
    return (model.order_id,), {name: getattr(model, name) for name in rows.columns(OrderView)}


@pytest.fixture(params=["as values", "by COPY", "by COPY as text"])
def count(request, monkeypatch):
    """How many rows are written, which decides how."""
    if request.param == "by COPY as text":
        monkeypatch.setattr(rows, "_types", lambda model: None)
    return 1 if request.param == "as values" else rows.FEW + 1


def test_texts_arrive_as_they_are(databases, count):
    [projector] = named(["order_views"])
    odd = {"product_ids": ODD, "notes": [{"text": text} for text in ODD], "reference": ODD[6]}
    written = dict(_row(number, **odd) for number in range(count))
    rows.write(projector, written)
    loaded = rows.load(projector, written)
    assert loaded.keys() == written.keys()
    for row in loaded.values():
        assert {name: row[name] for name in odd} == odd


@pytest.mark.parametrize("kind", ["geography(Point)", "point", "boolean", "date", "jsonb", "json"])
def test_what_has_no_binary_format_of_its_own_is_sent_as_text(kind):
    class Place(models.Model):
        name = models.CharField(max_length=20, primary_key=True)
        around = OfType(kind)

        class Meta:
            app_label, managed = "tests", False

    apps.all_models.pop("tests")
    assert rows._types(Place) is None
    assert rows._types(OrderView) is not None


def test_no_texts_are_an_empty_array(databases):
    [projector] = named(["order_views"])
    key, row = _row(1, product_ids=[])
    rows.write(projector, {key: row})
    assert rows.load(projector, [key])[key]["product_ids"] == []


@pytest.mark.parametrize(("column", "value", "kind"), [
    ("total", "1.50", "numeric"),
    ("reference", 7, "text"),
    ("item_count", "3", "integer"),
    ("created_at", "2026-01-02", "timestamp with time zone"),
    ("product_ids", ["tea", 1], "text[]"),
])  # fmt: skip
def test_a_value_of_another_type_than_its_columns_is_named(databases, column, value, kind):
    [projector] = named(["order_views"])
    (key, row), other = _row(1), _row(2)
    said = re.escape(f"order_views: {column} is {kind}; a projector put a {type(value).__name__} there")
    with pytest.raises(rows.WrongType, match=said):
        rows.copy_in(projector, dict([other, (key, row | {column: value})]))
    assert not rows.load(projector, [key])


def test_a_rebuild_says_which_column_a_projector_gives_another_type(shop, monkeypatch):
    [projector] = named(["order_views"])
    created = projector.changes[OrderCreated]

    def numbered(row, event, stored):
        created(row, event, stored)
        row["reference"] = 7

    monkeypatch.setitem(projector.changes, OrderCreated, numbered)
    with pytest.raises(rows.WrongType, match="order_views: reference is text; a projector put a int there"):
        rebuild(projector, Options(workers=1))
    assert rows.load(projector, [(shop[0],)])[shop[0],]["reference"] != 7
