"""CancelOrder: what it leads to, and every rule that refuses it."""

from decimal import Decimal

from orders_write.domain.errors import InvalidCommand, OrderAlreadyCancelled, OrderNotFound
from orders_write.domain.events import PaymentVoided
from orders_write.domain.fulfillment_errors import OrderIsFulfilled
from orders_write.domain.payment_errors import OrderIsPaid
from tests.builders import (
    JAM_LINE,
    TEA_LINE,
    added,
    authorize,
    cancel,
    cancelled,
    capture,
    confirm,
    create,
    created,
    fulfill,
    hold,
    refund,
    take_back,
)
from tests.given_when_then import given, given_done


def test_an_order_is_cancelled_for_a_reason_and_the_event_says_what_it_was_worth():
    given(created()).when(cancel()).then(cancelled())
    given(created(), added()).when(cancel("no jam")).then(cancelled("no jam", "7.375", (TEA_LINE, JAM_LINE)))


def test_there_must_be_an_order():
    given().when(cancel()).then_refused(OrderNotFound, "There is no order")


def test_cancelling_twice_is_refused_with_the_first_reason():
    given(created(), cancelled("rain")).when(cancel()).then_refused(OrderAlreadyCancelled, "cancelled before (rain)")


def test_a_reason_must_be_given():
    given(created()).when(cancel("  ")).then_refused(InvalidCommand, "'reason' must not be empty")


def test_goods_may_not_go_back_on_the_shelf():
    given(created()).when(cancel(restock=False)).then(cancelled(restock=False))


def test_what_is_authorised_is_voided_first():
    voided = PaymentVoided(amount=Decimal(7), reference=None, authorised=Decimal(0), payment_status="voided")
    given_done(create(), authorize()).when(cancel()).then(voided, cancelled())


def test_a_confirmed_order_is_cancelled_also_on_hold():
    given_done(create(), confirm(), hold()).when(cancel()).then(cancelled())


def test_what_is_shipped_comes_back_first():
    story = given_done(create(), confirm(), fulfill((1, 1)))
    story.when(cancel()).then_refused(OrderIsFulfilled, "Cannot cancel the order: 1 units are fulfilled")
    given_done(create(), confirm(), fulfill((1, 1)), take_back()).when(cancel()).then(cancelled())


def test_what_is_captured_is_refunded_first_and_does_not_count_twice():
    paid = (create(), confirm(), authorize(), capture(), refund("2"))
    given_done(*paid).when(cancel()).then_refused(OrderIsPaid, "7.00 captured, 2 refunded; refund 5.00 first")
    given_done(*paid, refund("5", "r-2")).when(cancel()).then(cancelled(worth=Decimal(0)))
