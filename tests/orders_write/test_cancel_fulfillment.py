"""CancelFulfillment: what it leads to, and every rule that refuses it."""

from orders_write.domain.errors import InvalidCommand
from orders_write.domain.events import FulfillmentCancelled
from orders_write.domain.fulfillment_errors import (
    FulfillmentIsCancelled,
    FulfillmentIsDelivered,
    FulfillmentIsReturned,
    FulfillmentNotFound,
)
from tests.builders import confirm, create, deliver, fulfill, give_back, quantities, take_back
from tests.given_when_then import given_done

HALF = (create(), confirm(), fulfill((1, 1)))


def _taken_back(number, status):
    facts = {"items": quantities((1, 1)), "reason": "wrong label"}
    return FulfillmentCancelled(fulfillment=number, fulfillment_status=status, **facts)


def test_its_units_are_left_to_ship():
    given_done(*HALF).when(take_back()).then(_taken_back(1, "unfulfilled"))
    given_done(*HALF, fulfill()).when(take_back(2)).then(_taken_back(2, "partly_fulfilled"))


def test_what_has_arrived_is_returned_instead():
    given_done(*HALF, deliver()).when(take_back()).then_refused(FulfillmentIsDelivered, "Fulfillment 1 is delivered")


def test_what_came_back_cannot_be_taken_back():
    story = given_done(*HALF, give_back((1, 1))).when(take_back())
    story.then_refused(FulfillmentIsReturned, "Cannot cancel fulfillment 1: of line 1, 1 fulfilled, 1 returned.")


def test_it_exists_and_stands_and_there_is_a_reason():
    given_done(*HALF).when(take_back(2)).then_refused(FulfillmentNotFound, "no fulfillment 2; it has 1")
    given_done(*HALF, take_back()).when(take_back()).then_refused(FulfillmentIsCancelled, "Fulfillment 1 is cancelled")
    given_done(*HALF).when(take_back(reason="")).then_refused(InvalidCommand, "'reason' must not be empty")
