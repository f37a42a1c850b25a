"""RemoveOrderItem: what it leads to, and every rule that refuses it."""

from decimal import Decimal

import msgspec

from orders_write.domain.errors import DiscountTooLarge, LineNotFound, OrderIsConfirmed
from orders_write.domain.events import OrderItemRemoved
from tests.builders import JAM_LINE, TEA, TEA_LINE, add, added, amount_off, amounts, confirm, create, remove
from tests.given_when_then import given_done


def test_a_line_is_taken_off_and_the_total_shrinks():
    gone = OrderItemRemoved(line=TEA_LINE, last_of_product=True, **amounts("0.375", "-7.00"))
    given_done(create(), add()).when(remove(1)).then(gone)


def test_without_its_last_line_an_order_is_a_draft():
    gone = OrderItemRemoved(line=TEA_LINE, last_of_product=True, **amounts("0", "-7.00", order_status="draft"))
    given_done(create()).when(remove(1)).then(gone)


def test_another_line_of_the_product_may_stay():
    gone = OrderItemRemoved(line=TEA_LINE, last_of_product=False, **amounts("7.00", "-7.00"))
    given_done(create(), add(TEA)).when(remove(1)).then(gone)


def test_a_number_is_not_given_again():
    third = msgspec.structs.replace(JAM_LINE, line=3)
    given_done(create(), add(), remove(2)).when(add()).then(added(third))


def test_its_discount_goes_with_it():
    line = msgspec.structs.replace(TEA_LINE, discount=Decimal(2))
    gone = OrderItemRemoved(line=line, last_of_product=True, **amounts("0.375", "-5.00"))
    given_done(create(), add(), amount_off("2", line=1)).when(remove(1)).then(gone)


def test_the_orders_discount_must_not_exceed_what_is_left():
    story = given_done(create(), add(), amount_off("1")).when(remove(1))
    story.then_refused(DiscountTooLarge, "Cannot take 1 off the order: that is worth 0.3750")


def test_there_must_be_such_a_line():
    given_done(create(), add(), remove(1)).when(remove(1)).then_refused(LineNotFound, "no line 1; it has 1")


def test_a_confirmation_fixes_the_lines():
    given_done(create(), confirm()).when(remove(1)).then_refused(OrderIsConfirmed, "is confirmed")
