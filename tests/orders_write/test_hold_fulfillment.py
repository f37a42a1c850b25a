"""HoldFulfillment and ReleaseHold: what they lead to, and every rule that refuses them."""

import pytest

from orders_write.domain.errors import InvalidCommand, OrderIsCancelled
from orders_write.domain.events import FulfillmentHeld, HoldReleased
from orders_write.domain.fulfillment_errors import OrderIsNotOnHold, OrderIsOnHold
from tests.builders import cancel, confirm, create, fulfill, hold, release
from tests.given_when_then import given_done


@pytest.mark.parametrize(
    ("past", "status"),
    [((), "unfulfilled"), ((confirm(), fulfill((1, 1))), "partly_fulfilled"), ((confirm(), fulfill()), "fulfilled")],
)
def test_a_hold_hides_how_far_the_order_is_until_it_is_released(past, status):
    held = FulfillmentHeld(reason="address unclear", fulfillment_status="on_hold")
    given_done(create(), *past).when(hold()).then(held)
    given_done(create(), *past, hold()).when(release()).then(HoldReleased(fulfillment_status=status))


def test_an_order_is_held_once_for_a_reason():
    given_done(create(), hold()).when(hold("again")).then_refused(OrderIsOnHold, "on hold (address unclear)")
    given_done(create()).when(hold(" ")).then_refused(InvalidCommand, "'reason' must not be empty")


def test_only_what_is_held_is_released():
    given_done(create()).when(release()).then_refused(OrderIsNotOnHold, "not on hold")


def test_an_ended_order_is_not_held():
    given_done(create(), cancel()).when(hold()).then_refused(OrderIsCancelled, "takes notes only")
