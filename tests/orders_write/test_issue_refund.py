"""IssueRefund: what it leads to, and every rule that refuses it."""

from decimal import Decimal

from orders_write.domain.errors import InvalidCommand, OrderIsClosed
from orders_write.domain.events import RefundIssued
from orders_write.domain.payment_errors import ReferenceAlreadyUsed, RefundTooLarge
from tests.builders import ADA, authorize, capture, close, confirm, create, deliver, fulfill, refund
from tests.given_when_then import given_done

PAID = (create(), confirm(), authorize(), capture())


def _refunded(amount, refunded, status, reference="r-1"):
    sums = {"amount": Decimal(amount), "refunded": Decimal(refunded)}
    return RefundIssued(reference=reference, reason="stale tea", payment_status=status, **sums, **ADA)


def test_some_or_all_of_the_money_is_given_back():
    given_done(*PAID).when(refund("2")).then(_refunded("2", "2", "partly_refunded"))
    given_done(*PAID).when(refund()).then(_refunded("7.00", "7.00", "refunded"))
    given_done(*PAID, refund("2")).when(refund("5", "r-2")).then(_refunded("5", "7", "refunded", "r-2"))


def test_no_more_is_given_back_than_was_taken():
    story = given_done(*PAID, refund("2")).when(refund("5.01", "r-2"))
    story.then_refused(RefundTooLarge, "Cannot refund 5.01: 7.00 captured, 2 refunded.")
    given_done(create()).when(refund()).then_refused(RefundTooLarge, "Cannot refund 7.00: 0 captured, 0 refunded.")


def test_it_says_how_much_which_and_why():
    given_done(*PAID).when(refund("0")).then_refused(InvalidCommand, "'amount' is from 0.0001")
    given_done(*PAID).when(refund(reference="c-1")).then_refused(ReferenceAlreadyUsed, "Reference 'c-1'")
    given_done(*PAID).when(refund(reason="")).then_refused(InvalidCommand, "'reason' must not be empty")


def test_a_closed_order_is_settled():
    given_done(*PAID, fulfill(), deliver(), close()).when(refund()).then_refused(OrderIsClosed, "is closed")
