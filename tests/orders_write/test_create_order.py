"""CreateOrder: what it leads to, and every rule that refuses it."""

from decimal import Decimal

import msgspec
import pytest

from orders_write.domain.errors import InvalidCommand, OrderAlreadyExists, OrderTotalTooLarge, TooManyLines
from orders_write.domain.values import MAX_LINES, Address
from tests.builders import JAM, JAM_LINE, TEA, TEA_LINE, create, created
from tests.given_when_then import given


def test_an_order_is_placed_with_numbered_lines_and_its_total():
    both = created(lines=(TEA_LINE, JAM_LINE), total=Decimal("7.375"))
    given().when(create(items=(TEA, JAM))).then(both)


def test_a_product_may_stand_on_several_lines():
    twice = (TEA_LINE, msgspec.structs.replace(TEA_LINE, line=2))
    given().when(create(items=(TEA, TEA))).then(created(lines=twice, total=Decimal("14.00")))


def test_a_guest_has_no_customer_id_and_an_import_a_reference():
    command = create(customer_id=None, reference="536365")
    given().when(command).then(created(customer_id=None, reference="536365"))


def test_free_goods_cost_nothing():
    free = msgspec.structs.replace(TEA, unit_price=Decimal(0))
    line = msgspec.structs.replace(TEA_LINE, unit_price=Decimal(0))
    given().when(create(items=(free,))).then(created(lines=(line,), total=Decimal(0)))


def test_an_id_is_used_once():
    given(created()).when(create()).then_refused(OrderAlreadyExists, "exists already")


def test_an_order_has_at_least_one_item():
    given().when(create(items=())).then_refused(InvalidCommand, "at least one item")


@pytest.mark.parametrize("currency", ["XYZ", "gbp", "", "POUND"])
def test_the_currency_is_of_iso_4217(currency):
    given().when(create(currency=currency)).then_refused(InvalidCommand, f"'{currency}' is not an ISO 4217 currency")


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
def test_quantities_are_positive_and_bounded(quantity):
    item = msgspec.structs.replace(TEA, quantity=quantity)
    given().when(create(items=(TEA, item))).then_refused(InvalidCommand, f"from 1 to 1000000, not {quantity}")


@pytest.mark.parametrize("price", ["-0.01", "1.00001", "NaN", "Infinity", "1000000000000"])
def test_prices_are_exact_bounded_and_not_negative(price):
    item = msgspec.structs.replace(TEA, unit_price=Decimal(price))
    given().when(create(items=(item,))).then_refused(InvalidCommand, f"at most 4 decimals, not {price}")


@pytest.mark.parametrize("field", ["product_id", "name"])
def test_an_item_says_what_it_is(field):
    item = msgspec.structs.replace(TEA, **{field: " "})
    given().when(create(items=(item,))).then_refused(InvalidCommand, f"'items.0.{field}' must not be empty")


def test_a_customer_id_is_not_blank_and_an_address_has_a_country():
    given().when(create(customer_id=" ")).then_refused(InvalidCommand, "'customer_id' must not be empty")
    given().when(create(shipping_address=Address(""))).then_refused(InvalidCommand, "'shipping_address.country'")


def test_lines_and_total_are_bounded():
    too_many = create(items=(TEA,) * (MAX_LINES + 1))
    given().when(too_many).then_refused(TooManyLines, "at most 2000 lines, this one would have 2001")
    dear = msgspec.structs.replace(TEA, unit_price=Decimal("999999999999"), quantity=1_000_000)
    given().when(create(items=(dear,))).then_refused(OrderTotalTooLarge, "this one would be 999999999999000000")
