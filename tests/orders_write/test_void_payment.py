"""VoidPayment: what it leads to, and every rule that refuses it."""

from decimal import Decimal

from orders_write.domain.errors import InvalidCommand
from orders_write.domain.events import PaymentVoided
from orders_write.domain.payment_errors import NothingToVoid, ReferenceAlreadyUsed
from tests.builders import authorize, capture, confirm, create, void
from tests.given_when_then import given_done


def _voided(amount, authorised, status):
    sums = {"amount": Decimal(amount), "authorised": Decimal(authorised)}
    return PaymentVoided(reference="v-1", payment_status=status, **sums)


def test_all_that_was_set_aside_is_given_up():
    given_done(create(), authorize("2"), authorize("5", "a-2")).when(void()).then(_voided("7", "0", "voided"))


def test_what_was_captured_stays():
    paid = (create(), confirm(), authorize(), capture("3"))
    given_done(*paid).when(void()).then(_voided("4.00", "3", "partly_captured"))


def test_there_must_be_something_to_give_up():
    given_done(create()).when(void()).then_refused(NothingToVoid, "nothing to void: 0 authorised, 0 captured")
    paid = (create(), confirm(), authorize(), capture())
    given_done(*paid).when(void()).then_refused(NothingToVoid, "7.00 authorised, 7.00 captured")


def test_a_reference_says_something_and_is_used_once():
    given_done(create(), authorize()).when(void(" ")).then_refused(InvalidCommand, "'reference' must not be empty")
    given_done(create(), authorize()).when(void("a-1")).then_refused(ReferenceAlreadyUsed, "Reference 'a-1'")
