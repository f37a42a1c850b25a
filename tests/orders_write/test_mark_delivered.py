"""MarkDelivered: what it leads to, and every rule that refuses it."""

from orders_write.domain.events import FulfillmentDelivered
from orders_write.domain.fulfillment_errors import FulfillmentIsCancelled, FulfillmentIsDelivered, FulfillmentNotFound
from tests.builders import confirm, create, deliver, fulfill, give_back, hold, take_back
from tests.given_when_then import given_done

HALF = (create(), confirm(), fulfill((1, 1)))


def _delivered(number, status):
    return FulfillmentDelivered(fulfillment=number, fulfillment_status=status)


def test_an_order_is_delivered_when_everything_of_it_has_arrived():
    given_done(*HALF).when(deliver()).then(_delivered(1, "partly_fulfilled"))
    given_done(*HALF, fulfill()).when(deliver(2)).then(_delivered(2, "fulfilled"))
    given_done(*HALF, fulfill(), deliver(2)).when(deliver(1)).then(_delivered(1, "delivered"))


def test_a_hold_and_returns_are_shown_before_it():
    given_done(*HALF, hold()).when(deliver()).then(_delivered(1, "on_hold"))
    given_done(*HALF, give_back((1, 1))).when(deliver()).then(_delivered(1, "partly_returned"))


def test_it_arrives_once_and_only_when_it_stands():
    given_done(*HALF).when(deliver(2)).then_refused(FulfillmentNotFound, "no fulfillment 2; it has 1")
    given_done(*HALF, deliver()).when(deliver()).then_refused(FulfillmentIsDelivered, "Fulfillment 1 is delivered")
    given_done(*HALF, take_back()).when(deliver()).then_refused(FulfillmentIsCancelled, "Fulfillment 1 is cancelled")
