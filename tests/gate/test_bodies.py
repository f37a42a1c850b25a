"""Bodies that are accepted fast are those that the serializer accepts, and are read as it reads them."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from gate.bodies import _serializer, accept, checked
from orders_write import serializers as bodies
from tests.api.commands import ADDRESS, ITEM, ORDER, PLACED, REASON, UNITS

RIGHT = {
    bodies.CreateOrderBody: PLACED | {"order_id": ORDER, "draft": True},
    bodies.OwnOrderBody: {name: PLACED[name] for name in ("currency", "items", "shipping_address")},
    bodies.BatchBody: {"orders": [PLACED, 7, None]},
    bodies.AddItemBody: ITEM | {"currency": "GBP"},
    bodies.AddressBody: ADDRESS | {"line2": ""},
    bodies.DiscountBody: {"percent": "12.5", "line": 1},
    bodies.FulfillmentBody: {"items": UNITS, "tracking": "é 1"},
    bodies.VoidBody: {"kind": "void", "reference": "pay-1"},
    bodies.CancellationBody: REASON | {"restock": False},
    bodies.NoBody: {},
}
TEXTS = [
    *("", " ", "x", " x", "x ", "x y", "é", "x\u2028y", "x\u00a0", "\u00a0", "xxx", "x" * 64, "x" * 65, "x" * 501),
    *(ORDER, ORDER.upper(), ORDER.replace("-", ""), "void", "Void", "1", "1.5", "1.50000", "01", "１", "1e3", "-1"),
]
ODD = [
    None,
    True,
    False,
    0,
    1,
    -1,
    1.0,
    1.5,
    2**64,
    [],
    {},
    [{}],
    [None],
    [7],
    UNITS,
    ADDRESS,
    [ITEM],
    [ITEM | ADDRESS],
]


@pytest.mark.parametrize("body", RIGHT, ids=lambda body: body.__name__)
def test_a_right_body_is_accepted_as_the_serializer_reads_it(body):
    accepted = accept(body, RIGHT[body])
    assert accepted is not None
    assert accepted == _serializer(body).run_validation(RIGHT[body])
    assert checked(body, RIGHT[body]) == accepted


@given(st.sampled_from(list(RIGHT)), st.data())
def test_whatever_is_accepted_the_serializer_accepts_and_reads_alike(body, data):
    value = (
        st.sampled_from(TEXTS)
        | st.sampled_from(ODD)
        | st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=4)
    )
    changes = data.draw(st.dictionaries(st.sampled_from([*_serializer(body).fields, "colour"]), value, max_size=2))
    said = RIGHT[body] | changes
    if (accepted := accept(body, said)) is not None:
        found = dict(_serializer(body).run_validation(said))
        assert accepted == found
        assert {name: type(one) for name, one in accepted.items()} == {name: type(one) for name, one in found.items()}


def test_amounts_and_ids_are_read():
    read = accept(bodies.CreateOrderBody, RIGHT[bodies.CreateOrderBody])
    assert (read["order_id"], read["items"][0]["unit_price"]) == (UUID(ORDER), Decimal("3.50"))


@pytest.mark.parametrize("name", ["currency", "items", "shipping_address"])
def test_what_is_not_accepted_is_refused_in_the_serializers_words(name):
    said = {other: value for other, value in PLACED.items() if other != name}
    assert accept(bodies.CreateOrderBody, said) is None
    with pytest.raises(ValidationError) as refused:
        checked(bodies.CreateOrderBody, said)
    assert refused.value.detail == {name: ["This field is required."]}
