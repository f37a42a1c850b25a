"""UpdateTracking: what it leads to, and every rule that refuses it."""

from orders_write.domain.events import TrackingUpdated
from orders_write.domain.fulfillment_errors import FulfillmentIsCancelled, FulfillmentNotFound
from tests.builders import confirm, create, deliver, fulfill, take_back, track
from tests.given_when_then import given_done

SHIPPED = (create(), confirm(), fulfill())


def test_a_fulfillment_travels_under_a_number_also_when_it_has_arrived():
    updated = TrackingUpdated(fulfillment=1, carrier="Royal Mail", tracking="RM1")
    given_done(*SHIPPED).when(track()).then(updated)
    given_done(*SHIPPED, deliver()).when(track()).then(updated)


def test_there_must_be_such_a_fulfillment_and_it_must_stand():
    given_done(*SHIPPED).when(track(2)).then_refused(FulfillmentNotFound, "no fulfillment 2; it has 1")
    given_done(*SHIPPED).when(track(0)).then_refused(FulfillmentNotFound, "no fulfillment 0; it has 1")
    given_done(*SHIPPED, take_back()).when(track()).then_refused(FulfillmentIsCancelled, "Fulfillment 1 is cancelled")
