"""ChangeItemQuantity: what it leads to, and every rule that refuses it."""

from decimal import Decimal

import msgspec
import pytest

from orders_write.domain.errors import DiscountTooLarge, InvalidCommand, LineNotFound, OrderIsConfirmed
from orders_write.domain.events import ItemQuantityChanged
from tests.builders import TEA_LINE, amount_off, amounts, change_quantity, confirm, create, percent
from tests.given_when_then import given_done


def _changed(quantity, total, change, *, line=TEA_LINE, **more):
    line = msgspec.structs.replace(line, quantity=quantity)
    units, money = quantity - 2, Decimal(change)
    facts = {"quantity_change": units, "line_total_change": money} | amounts(total, change) | more
    return ItemQuantityChanged(line=line, **facts)


@pytest.mark.parametrize(("quantity", "total", "change"), [(5, "17.50", "10.50"), (1, "3.50", "-3.50"), (2, "7", "0")])
def test_more_or_less_is_ordered_of_a_line(quantity, total, change):
    given_done(create()).when(change_quantity(1, quantity)).then(_changed(quantity, total, change))


def test_a_percentage_off_the_line_follows():
    line = msgspec.structs.replace(TEA_LINE, discount=Decimal("1.05"))
    story = given_done(create(), percent("10", line=1)).when(change_quantity(1, 3))
    story.then(_changed(3, "9.45", "3.15", line=line))


def test_an_amount_off_a_line_must_not_exceed_what_is_left_of_it():
    story = given_done(create(), amount_off("5", line=1)).when(change_quantity(1, 1))
    story.then_refused(DiscountTooLarge, "Cannot take 5 off line 1: that is worth 3.50")


def test_an_amount_off_the_order_must_not_exceed_what_is_left_of_it():
    story = given_done(create(), amount_off("5")).when(change_quantity(1, 1))
    story.then_refused(DiscountTooLarge, "Cannot take 5 off the order: that is worth 3.50")


def test_there_must_be_such_a_line():
    given_done(create()).when(change_quantity(7, 1)).then_refused(LineNotFound, "no line 7; it has 1")


def test_quantities_are_bounded():
    given_done(create()).when(change_quantity(1, 0)).then_refused(InvalidCommand, "from 1 to 1000000, not 0")


def test_a_confirmation_fixes_the_lines():
    story = given_done(create(), confirm()).when(change_quantity(1, 1))
    story.then_refused(OrderIsConfirmed, "is confirmed with a total of 7.00")
