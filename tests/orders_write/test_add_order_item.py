"""AddOrderItem: what it leads to, and every rule that refuses it."""

from decimal import Decimal

import msgspec

from orders_write.domain.errors import (
    CurrencyMismatch,
    InvalidCommand,
    OrderIsCancelled,
    OrderIsConfirmed,
    OrderNotFound,
    TooManyLines,
)
from orders_write.domain.values import MAX_LINES
from tests.builders import JAM, JAM_LINE, TEA_LINE, add, added, cancelled, confirm, create, created
from tests.given_when_then import given, given_done


def test_a_line_is_added_after_the_last_and_the_total_grows():
    given(created()).when(add()).then(added())
    third = msgspec.structs.replace(JAM_LINE, line=3)
    given(created(), added()).when(add(currency="GBP")).then(added(third, "7.750", first=False))


def test_there_must_be_an_order():
    given().when(add()).then_refused(OrderNotFound, "There is no order 01890a5d")


def test_a_cancelled_order_takes_no_items():
    given(created(), cancelled()).when(add()).then_refused(OrderIsCancelled, "is cancelled (out of tea)")


def test_a_confirmation_fixes_the_lines():
    given_done(create(), confirm()).when(add()).then_refused(OrderIsConfirmed, "is confirmed with a total of 7.00")


def test_an_order_has_one_currency():
    given(created()).when(add(currency="EUR")).then_refused(CurrencyMismatch, "in GBP, the item's price in EUR")


def test_an_item_is_checked_as_in_a_new_order():
    item = msgspec.structs.replace(JAM, quantity=0)
    given(created()).when(add(item)).then_refused(InvalidCommand, "from 1 to 1000000, not 0")
    item = msgspec.structs.replace(JAM, unit_price=Decimal("0.00001"))
    given(created()).when(add(item)).then_refused(InvalidCommand, "not 0.00001")


def test_lines_are_bounded():
    full = created(lines=tuple(msgspec.structs.replace(TEA_LINE, line=n + 1) for n in range(MAX_LINES)))
    given(full).when(add()).then_refused(TooManyLines, "this one would have 2001")
