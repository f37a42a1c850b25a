"""CloseOrder: what it leads to, and every rule that refuses it."""

from decimal import Decimal

import msgspec
import pytest

from orders_write.domain.errors import OrderIsClosed, OrderIsNotConfirmed, OrderIsNotDelivered, OrderIsNotPaid
from orders_write.domain.events import OrderClosed, PaymentVoided
from tests.builders import (
    ADA,
    TEA,
    authorize,
    capture,
    close,
    confirm,
    create,
    deliver,
    fulfill,
    give_back,
    hold,
    refund,
)
from tests.given_when_then import given_done

CLOSED = OrderClosed(order_status="closed", total=Decimal("7.00"), **ADA)
PAID = (create(), confirm(), authorize(), capture())
ARRIVED = (*PAID, fulfill(), deliver())


def test_an_order_that_arrived_and_is_paid_is_put_away():
    given_done(*ARRIVED).when(close()).then(CLOSED)


@pytest.mark.parametrize("pairs", [((1, 1),), ((1, 2),)])
def test_so_is_one_of_which_something_came_back(pairs):
    given_done(*PAID, fulfill(), give_back(*pairs)).when(close()).then(CLOSED)


def test_a_refund_makes_up_for_what_was_never_captured():
    part = (create(), confirm(), authorize("3"), capture("3"), refund("1"), fulfill(), deliver())
    given_done(*part).when(close()).then(CLOSED)


def test_free_goods_need_no_payment():
    free = msgspec.structs.replace(TEA, unit_price=Decimal(0))
    story = given_done(create(items=(free,)), confirm(), fulfill(), deliver()).when(close())
    story.then(msgspec.structs.replace(CLOSED, total=Decimal(0)))


def test_what_is_authorised_beyond_is_voided_first():
    voided = PaymentVoided(amount=Decimal(2), reference=None, authorised=Decimal(7), payment_status="captured")
    given_done(*ARRIVED, authorize("2", "a-2")).when(close()).then(voided, CLOSED)


def test_it_must_have_arrived():
    given_done(create()).when(close()).then_refused(OrderIsNotConfirmed, "is placed and not confirmed")
    given_done(*PAID).when(close()).then_refused(OrderIsNotDelivered, "it is unfulfilled")
    given_done(*PAID, fulfill()).when(close()).then_refused(OrderIsNotDelivered, "it is fulfilled")
    given_done(*ARRIVED, hold()).when(close()).then_refused(OrderIsNotDelivered, "it is on_hold")


def test_it_must_be_paid_for():
    story = given_done(create(), confirm(), authorize(), capture("3"), fulfill(), deliver()).when(close())
    story.then_refused(OrderIsNotPaid, "3 of 7.00 is captured")


def test_it_is_closed_once():
    given_done(*ARRIVED, close()).when(close()).then_refused(OrderIsClosed, "is closed and takes notes only")
