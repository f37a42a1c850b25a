"""RecordPaymentFailure: what it leads to, and every rule that refuses it."""

from decimal import Decimal

from orders_write.domain.errors import InvalidCommand, OrderHasNoLines
from orders_write.domain.events import PaymentFailed
from orders_write.domain.payment_errors import ReferenceAlreadyUsed
from tests.builders import authorize, create, fail
from tests.given_when_then import given_done


def test_a_refusal_is_kept_with_its_reason():
    refused = PaymentFailed(amount=Decimal("7.00"), reference="f-1", reason="card refused")
    given_done(create()).when(fail()).then(refused)


def test_it_says_how_much_which_and_why():
    given_done(create()).when(fail("0")).then_refused(InvalidCommand, "'amount' is from 0.0001")
    given_done(create()).when(fail(reference="")).then_refused(InvalidCommand, "'reference' must not be empty")
    given_done(create()).when(fail(reason=" ")).then_refused(InvalidCommand, "'reason' must not be empty")


def test_a_reference_is_used_once():
    given_done(create(), authorize()).when(fail(reference="a-1")).then_refused(ReferenceAlreadyUsed, "Reference 'a-1'")


def test_a_draft_has_nothing_to_pay_for():
    given_done(create(draft=True, items=())).when(fail()).then_refused(OrderHasNoLines, "with 0 lines")
