"""ApplyDiscount: what it leads to, and every rule that refuses it."""

from decimal import Decimal

import msgspec
import pytest

from orders_write.domain.commands import ApplyDiscount
from orders_write.domain.errors import DiscountTooLarge, InvalidCommand, LineNotFound, OrderIsConfirmed
from orders_write.domain.events import DiscountApplied
from orders_write.domain.values import Item
from tests.builders import TEA_LINE, add, amount_off, amounts, confirm, create, percent, remove
from tests.given_when_then import ORDER, events_of, given_done


def _off_the_order(total, change, off, *, subtotal="7.00", **kind):
    facts = {"percent": None, "amount": None, "line": None, "line_total_change": Decimal(0)} | kind
    return DiscountApplied(**facts, **amounts(total, change, subtotal=Decimal(subtotal), discount=Decimal(off)))


def _off_the_line(total, change, off, **kind):
    line = msgspec.structs.replace(TEA_LINE, discount=Decimal(off))
    facts = {"percent": None, "amount": None, "line": line, "line_total_change": Decimal(change)} | kind
    return DiscountApplied(**facts, **amounts(total, change))


def test_a_percentage_off_the_order():
    off = _off_the_order("6.30", "-0.70", "0.70", percent=Decimal(10))
    given_done(create()).when(percent("10")).then(off)


def test_an_amount_off_the_order():
    given_done(create()).when(amount_off("7")).then(_off_the_order("0", "-7", "7", amount=Decimal(7)))


def test_a_percentage_off_a_line():
    off = _off_the_line("6.125", "-0.88", "0.88", percent=Decimal("12.5"))
    off = msgspec.structs.replace(off, total=Decimal("6.12"), subtotal=Decimal("6.12"))
    given_done(create()).when(percent("12.5", line=1)).then(off)


def test_an_amount_off_a_line():
    given_done(create()).when(amount_off("1", line=1)).then(_off_the_line("6.00", "-1", "1", amount=Decimal(1)))


def test_a_discount_replaces_the_one_before_and_nothing_removes_it():
    story = given_done(create(), percent("10"))
    story.when(amount_off("1")).then(_off_the_order("6.00", "-0.30", "1", amount=Decimal(1)))
    story.when(percent("0")).then(_off_the_order("7.00", "0.70", "0", percent=Decimal(0)))


def test_a_percentage_off_the_order_follows_its_lines():
    (*_, event) = events_of(create(), percent("10"), add())
    assert (event.subtotal, event.discount, event.total) == (Decimal("7.375"), Decimal("0.74"), Decimal("6.635"))
    (*_, event) = events_of(create(), percent("10"), remove(1))
    assert (event.subtotal, event.discount, event.total) == (0, 0, 0)


@pytest.mark.parametrize(
    ("currency", "price", "off", "taken"),
    [
        ("GBP", "0.25", "10", "0.03"),
        ("GBP", "0.24", "10", "0.02"),
        ("JPY", "5", "50", "3"),
        ("KWD", "0.005", "50", "0.003"),
        ("GBP", "0.125", "100", "0.125"),
    ],
)
def test_percentages_are_rounded_half_up_to_minor_units_and_never_beyond_the_price(currency, price, off, taken):
    item = Item("pin", "Pin", 1, Decimal(price))
    (*_, event) = events_of(create(currency=currency, items=(item,)), percent(off))
    assert event.discount == Decimal(taken)


def test_no_discount_exceeds_what_it_is_taken_from():
    story = given_done(create(), add())
    story.when(amount_off("7.01", line=1)).then_refused(DiscountTooLarge, "Cannot take 7.01 off line 1: that is")
    story.when(amount_off("7.38")).then_refused(DiscountTooLarge, "Cannot take 7.38 off the order: that is worth 7")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "either 'percent' or 'amount'"),
        ({"percent": Decimal(1), "amount": Decimal(1)}, "either 'percent' or 'amount'"),
        ({"percent": Decimal("100.1")}, "from 0 to 100 with at most 4 decimals, not 100.1"),
        ({"percent": Decimal("NaN")}, "not NaN"),
        ({"amount": Decimal(-1)}, "'amount' is from 0 to"),
        ({"amount": Decimal("0.00001")}, "with at most 4 decimals, not 0.00001"),
    ],
)
def test_a_discount_is_a_percentage_or_an_amount(asked, sentence):
    given_done(create()).when(ApplyDiscount(order_id=ORDER, **asked)).then_refused(InvalidCommand, sentence)


def test_there_must_be_such_a_line():
    given_done(create()).when(percent("5", line=2)).then_refused(LineNotFound, "no line 2")


def test_a_confirmation_fixes_discounts():
    given_done(create(), confirm()).when(percent("5")).then_refused(OrderIsConfirmed, "is confirmed")
