"""CapturePayment: what it leads to, and every rule that refuses it."""

from decimal import Decimal

import pytest

from orders_write.domain.errors import InvalidCommand, OrderIsNotConfirmed
from orders_write.domain.events import PaymentCaptured
from orders_write.domain.payment_errors import CaptureTooLarge, ReferenceAlreadyUsed
from tests.builders import authorize, capture, confirm, create, void
from tests.given_when_then import given_done

AUTHORISED = (create(), authorize(), confirm())


@pytest.mark.parametrize(("amount", "status"), [("7.00", "captured"), ("6.99", "partly_captured")])
def test_money_is_taken_and_covers_the_total_or_not(amount, status):
    facts = {"amount": Decimal(amount), "captured": Decimal(amount)}
    given_done(*AUTHORISED).when(capture(amount)).then(PaymentCaptured(reference="c-1", payment_status=status, **facts))


def test_captures_add_up():
    whole = PaymentCaptured(amount=Decimal(5), reference="c-2", captured=Decimal(7), payment_status="captured")
    given_done(*AUTHORISED, capture("2")).when(capture("5", "c-2")).then(whole)


def test_no_more_is_taken_than_was_set_aside():
    story = given_done(*AUTHORISED, capture("3"))
    story.when(capture("5", "c-2")).then_refused(CaptureTooLarge, "Cannot capture 5: 7.00 authorised, 3 captured.")
    story = given_done(*AUTHORISED, capture("3"), void())
    story.when(capture("1", "c-2")).then_refused(CaptureTooLarge, "Cannot capture 1: 3 authorised, 3 captured.")


def test_an_order_is_confirmed_first():
    story = given_done(create(), authorize()).when(capture())
    story.then_refused(OrderIsNotConfirmed, "is placed and not confirmed")


def test_amounts_are_positive_and_references_are_used_once():
    given_done(*AUTHORISED).when(capture("0")).then_refused(InvalidCommand, "'amount' is from 0.0001")
    given_done(*AUTHORISED).when(capture(reference="a-1")).then_refused(ReferenceAlreadyUsed, "Reference 'a-1'")
