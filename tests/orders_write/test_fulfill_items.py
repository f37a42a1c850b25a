"""FulfillItems: what it leads to, and every rule that refuses it."""

from orders_write.domain.errors import InvalidCommand, LineNotFound, OrderIsNotConfirmed, TooManyEntries
from orders_write.domain.events import ItemsFulfilled
from orders_write.domain.fulfillment_errors import FulfillmentTooLarge, NothingToFulfill, OrderIsOnHold
from orders_write.domain.values import MAX_FULFILLMENTS
from tests.builders import add, confirm, create, fulfill, give_back, hold, quantities, release, take_back
from tests.given_when_then import events_of, given, given_done

CONFIRMED = (create(), add(), confirm())


def _shipped(number, *pairs, status, **tracked):
    facts = {"carrier": "", "tracking": ""} | tracked
    return ItemsFulfilled(fulfillment=number, items=quantities(*pairs), fulfillment_status=status, **facts)


def test_everything_is_shipped():
    whole = _shipped(1, (1, 2), (2, 3), status="fulfilled", carrier="Royal Mail", tracking="RM1")
    given_done(*CONFIRMED).when(fulfill(carrier="Royal Mail", tracking="RM1")).then(whole)


def test_some_is_shipped_and_then_the_rest():
    given_done(*CONFIRMED).when(fulfill((2, 1))).then(_shipped(1, (2, 1), status="partly_fulfilled"))
    rest = _shipped(2, (1, 2), (2, 2), status="fulfilled")
    given_done(*CONFIRMED, fulfill((2, 1))).when(fulfill()).then(rest)


def test_what_was_taken_back_is_left_to_ship_and_numbers_go_on():
    again = _shipped(2, (1, 2), (2, 3), status="fulfilled")
    given_done(*CONFIRMED, fulfill(), take_back()).when(fulfill()).then(again)


def test_no_more_is_shipped_than_was_ordered():
    story = given_done(*CONFIRMED, fulfill((2, 2)))
    story.when(fulfill((1, 1), (2, 2))).then_refused(
        FulfillmentTooLarge, "Cannot fulfill 2 of line 2: 3 ordered, 2 fulfilled."
    )
    given_done(*CONFIRMED, fulfill()).when(fulfill()).then_refused(NothingToFulfill, "5 units ordered, 5 fulfilled")


def test_what_came_back_is_not_shipped_again():
    story = given_done(*CONFIRMED, fulfill((1, 2)), give_back((1, 2))).when(fulfill((1, 1)))
    story.then_refused(FulfillmentTooLarge, "Cannot fulfill 1 of line 1: 2 ordered, 2 fulfilled.")


def test_nothing_ships_unconfirmed_or_on_hold():
    given_done(create()).when(fulfill()).then_refused(OrderIsNotConfirmed, "is placed and not confirmed")
    held = (*CONFIRMED, hold())
    given_done(*held).when(fulfill()).then_refused(OrderIsOnHold, "on hold (address unclear)")
    given_done(*held, release()).when(fulfill((1, 1))).then(_shipped(1, (1, 1), status="partly_fulfilled"))


def test_lines_exist_and_are_named_once_with_a_quantity():
    story = given_done(*CONFIRMED)
    story.when(fulfill((3, 1))).then_refused(LineNotFound, "no line 3; it has 2")
    story.when(fulfill((1, 1), (1, 1))).then_refused(InvalidCommand, "Line 1 is named more than once")
    story.when(fulfill((1, 0))).then_refused(InvalidCommand, "from 1 to 1000000, not 0")


def test_fulfillments_are_bounded():
    past = events_of(*CONFIRMED)
    for _ in range(MAX_FULFILLMENTS):
        past.append(_shipped(1, status="partly_fulfilled"))
    given(*past).when(fulfill()).then_refused(TooManyEntries, "at most 1000 fulfillments")
