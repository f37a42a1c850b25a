"""SetShippingFee: what it leads to, and every rule that refuses it."""

from decimal import Decimal

from orders_write.domain.errors import InvalidCommand, OrderIsConfirmed, OrderTotalTooLarge
from orders_write.domain.events import ShippingFeeSet
from orders_write.domain.values import MAX_TOTAL
from tests.builders import amounts, confirm, create, fee
from tests.given_when_then import given_done


def _charged(total, change, asked):
    return ShippingFeeSet(**amounts(total, change, subtotal=Decimal("7.00"), shipping_fee=Decimal(asked)))


def test_shipping_is_charged_and_set_again():
    given_done(create()).when(fee("2.95")).then(_charged("9.95", "2.95", "2.95"))
    given_done(create(), fee("2.95")).when(fee("0")).then(_charged("7.00", "-2.95", "0"))


def test_a_fee_is_not_negative():
    given_done(create()).when(fee("-1")).then_refused(InvalidCommand, "'amount' is from 0 to")


def test_totals_are_bounded():
    given_done(create()).when(fee(str(MAX_TOTAL))).then_refused(OrderTotalTooLarge, "would be 1000000000000006.9999")


def test_a_confirmation_fixes_the_fee():
    given_done(create(), confirm()).when(fee("1")).then_refused(OrderIsConfirmed, "is confirmed")
