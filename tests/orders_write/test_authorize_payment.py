"""AuthorizePayment: what it leads to, and every rule that refuses it."""

from decimal import Decimal

from orders_write.domain.errors import InvalidCommand, OrderHasNoLines, OrderIsExpired, TooManyEntries
from orders_write.domain.events import PaymentAuthorized, PaymentFailed
from orders_write.domain.payment_errors import AuthorizationTooLarge, ReferenceAlreadyUsed
from orders_write.domain.values import MAX_PAYMENTS, MAX_TOTAL
from tests.builders import authorize, confirm, create, created, expire, fail, void
from tests.given_when_then import given, given_done


def _authorized(amount, reference, authorised):
    sums = {"amount": Decimal(amount), "authorised": Decimal(authorised)}
    return PaymentAuthorized(reference=reference, payment_status="authorised", **sums)


def test_money_is_set_aside_before_and_after_confirmation():
    given_done(create()).when(authorize()).then(_authorized("7.00", "a-1", "7.00"))
    given_done(create(), confirm()).when(authorize()).then(_authorized("7.00", "a-1", "7.00"))


def test_authorisations_add_up_without_what_was_voided():
    given_done(create(), authorize("2")).when(authorize("3", "a-2")).then(_authorized("3", "a-2", "5"))
    given_done(create(), authorize("2"), void()).when(authorize("3", "a-2")).then(_authorized("3", "a-2", "3"))


def test_a_reference_is_used_once_whatever_it_stood_for():
    used = given_done(create(), authorize("2", "a-1"), fail(reference="f-1"), void("v-1"))
    for reference in ("a-1", "f-1", "v-1"):
        used.when(authorize("1", reference)).then_refused(ReferenceAlreadyUsed, f"Reference '{reference}' was recorded")


def test_a_draft_has_nothing_to_pay_for():
    given_done(create(draft=True, items=())).when(authorize()).then_refused(OrderHasNoLines, "with 0 lines")


def test_amounts_are_positive_and_references_say_something():
    given_done(create()).when(authorize("0")).then_refused(InvalidCommand, "'amount' is from 0.0001")
    given_done(create()).when(authorize(reference=" ")).then_refused(InvalidCommand, "'reference' must not be empty")


def test_sums_and_numbers_of_payments_are_bounded():
    full = given_done(create(), authorize(str(MAX_TOTAL)))
    full.when(authorize("1", "a-2")).then_refused(AuthorizationTooLarge, f"Cannot authorise 1: {MAX_TOTAL} is")
    tried = [PaymentFailed(amount=Decimal(1), reference=f"f-{n}", reason="no") for n in range(MAX_PAYMENTS)]
    given(created(), *tried).when(authorize()).then_refused(TooManyEntries, "at most 1000 payments")


def test_an_expired_order_is_not_paid():
    given_done(create(), expire()).when(authorize()).then_refused(OrderIsExpired, "expired before it was confirmed")
