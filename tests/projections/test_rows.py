"""Rows on their way into a table: what is in a text reaches it as it is, whichever way the row goes."""

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from orders_read.models import OrderView
from projections import rows
from projections.registry import named
from tests.orders_read.rows import view

ODD = ['a "b"', "back\\slash", '\\"', "comma, brace { }", "", "NULL", "tab\tline\nreturn\r", "\\N", "é 漢字 🙂", "'"]
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def _row(number, **changes):
    model = view(number, **changes)
    return (model.order_id,), {name: getattr(model, name) for name in rows.columns(OrderView)}


@pytest.mark.parametrize("count", [1, rows.FEW + 1], ids=["as values", "by COPY"])
def test_texts_arrive_as_they_are(databases, count):
    [projector] = named(["order_views"])
    odd = {"product_ids": ODD, "notes": [{"text": text} for text in ODD], "reference": ODD[6]}
    written = dict(_row(number, **odd) for number in range(count))
    rows.write(projector, written)
    loaded = rows.load(projector, written)
    assert loaded.keys() == written.keys()
    for row in loaded.values():
        assert {name: row[name] for name in odd} == odd


def test_no_texts_are_an_empty_array(databases):
    [projector] = named(["order_views"])
    key, row = _row(1, product_ids=[])
    rows.write(projector, {key: row})
    assert rows.load(projector, [key])[key]["product_ids"] == []


@pytest.fixture
def server(databases):
    with connections["read"].cursor() as cursor:
        yield cursor


def test_an_arrays_text_is_what_the_server_takes_for_these_texts(server):
    @given(st.lists(TEXTS, max_size=5))
    def check(texts):
        server.execute("select %s::text[]", [rows._as_array(texts)])
        assert server.fetchone() == (texts,)

    check()
