"""Rows on their way into a table: what is in a text reaches it as it is, whichever way the row goes."""

import re

import pytest
from django.db import models

from orders_read.models import OrderView
from projections import rows
from projections.registry import named
from tests.orders_read.rows import view

ODD = ['a "b"', "back\\slash", '\\"', "comma, brace { }", "", "NULL", "tab\tline\nreturn\r", "\\N", "é 漢字 🙂", "'"]


class OfAnExtension(models.Field):
    """A column of a type that only its extension knows."""

    def db_type(self, connection):
        """Return the type's name."""
        return "geography(Point)"


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


def test_types_that_the_driver_does_not_know_are_sent_as_texts():
    class Place(models.Model):
        name = models.CharField(max_length=20, primary_key=True)
        around = OfAnExtension()

        class Meta:
            app_label, managed = "tests", False

    assert rows._types(OrderView) is not None
    assert rows._types(Place) is None


def test_no_texts_are_an_empty_array(databases):
    [projector] = named(["order_views"])
    key, row = _row(1, product_ids=[])
    rows.write(projector, {key: row})
    assert rows.load(projector, [key])[key]["product_ids"] == []


@pytest.mark.parametrize(("column", "value", "kind"), [
    ("total", "1.50", "numeric"),
    ("reference", 7, "text"),
    ("item_count", "3", "integer"),
    ("unit_count", 2**70, "bigint"),
    ("created_at", "2026-01-02", "timestamp with time zone"),
    ("product_ids", ["tea", 1], "text[]"),
])  # fmt: skip
def test_a_value_of_another_type_than_its_columns_is_named(databases, column, value, kind):
    [projector] = named(["order_views"])
    (key, row), other = _row(1), _row(2)
    said = re.escape(f"order_views: {column} is {kind}; its value is a {type(value).__name__}")
    with pytest.raises(rows.WrongType, match=said):
        rows.copy_in(projector, dict([other, (key, row | {column: value})]))
    assert not rows.load(projector, [key])
