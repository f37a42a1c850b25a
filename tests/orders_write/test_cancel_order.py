"""CancelOrder: what it leads to, and every rule that refuses it."""

from orders_write.domain.errors import InvalidCommand, OrderAlreadyCancelled, OrderNotFound
from tests.builders import JAM_LINE, TEA_LINE, added, cancel, cancelled, created
from tests.given_when_then import given


def test_an_order_is_cancelled_for_a_reason_and_the_event_says_what_it_was_worth():
    given(created()).when(cancel()).then(cancelled())
    given(created(), added()).when(cancel("no jam")).then(cancelled("no jam", "7.375", (TEA_LINE, JAM_LINE)))


def test_there_must_be_an_order():
    given().when(cancel()).then_refused(OrderNotFound, "There is no order")


def test_cancelling_twice_is_refused_with_the_first_reason():
    given(created(), cancelled("rain")).when(cancel()).then_refused(OrderAlreadyCancelled, "cancelled before (rain)")


def test_a_reason_must_be_given():
    given(created()).when(cancel("  ")).then_refused(InvalidCommand, "'reason' must not be empty")
