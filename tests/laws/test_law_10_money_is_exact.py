"""Law 10: money is exact, from the JSON string to the database and back."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from orders_read.serializers import amount
from orders_write.domain.order import decide, replay
from orders_write.domain.values import MAX_QUANTITY, Item
from orders_write.event_codec import decode, encode
from tests.builders import create

PRICES = st.decimals(min_value=0, max_value=Decimal("999999.9999"), places=4) | st.decimals(0, 99, places=2)
ITEMS = st.lists(
    st.builds(Item, st.just("tea"), st.just("Tea"), st.integers(1, MAX_QUANTITY), PRICES), min_size=1, max_size=40
)


@any_of(ITEMS)
def test_a_total_is_the_exact_sum_and_survives_storage(items):
    (event,) = decide(create(items=tuple(items)), None)
    assert Fraction(event.total) == sum(Fraction(item.unit_price) * item.quantity for item in items)
    stored = decode(*encode(event))
    assert stored == event
    assert [str(line.unit_price) for line in stored.lines] == [str(item.unit_price) for item in items]
    assert replay([stored]) == replay([event])


@pytest.mark.parametrize("price", ["0.1", "0.0001", "999999999999.9999", "12.50", "0"])
def test_amounts_come_back_as_they_were_sent(api, project, price):
    item = {"product_id": "p", "name": "P", "quantity": 3, "unit_price": price}
    body = {"customer_id": "ada", "currency": "GBP", "items": [item], "shipping_address": {"country": "UK"}}
    order_id = api.post("/api/orders", body, format="json").json()["order_id"]
    project()
    found = api.get(f"/api/orders/{order_id}").json()
    assert Fraction(found["total"]) == 3 * Fraction(price)
    assert Fraction(found["items"][0]["unit_price"]) == Fraction(price)
    assert isinstance(found["total"], str)


@pytest.mark.parametrize(
    ("value", "currency", "written"),
    [("7", "GBP", "7.00"), ("7.3750", "GBP", "7.375"), ("1200.0000", "JPY", "1200"), ("0", "KWD", "0.000")],
)
def test_amounts_are_written_with_all_their_digits(value, currency, written):
    assert amount(Decimal(value), currency) == written


@pytest.mark.parametrize(
    "price", [0.1, 12, True, None, "1e3", "１２.00", "1_000", "+1", "-1", "1.", ".5", "1.00001", " 1"]
)
def test_anything_but_a_plain_decimal_string_is_refused(api, price):
    item = {"product_id": "p", "name": "P", "quantity": 3, "unit_price": price}
    body = {"customer_id": "ada", "currency": "GBP", "items": [item], "shipping_address": {"country": "UK"}}
    answer = api.post("/api/orders", body, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "items.0.unit_price")
