"""ReturnItems: what it leads to, and every rule that refuses it."""

import pytest

from orders_write.domain.errors import InvalidCommand, LineNotFound, OrderIsNotConfirmed
from orders_write.domain.events import ItemsReturned
from orders_write.domain.fulfillment_errors import ReturnTooLarge
from tests.builders import ADA, add, confirm, create, fulfill, give_back, quantities
from tests.given_when_then import given_done

SHIPPED = (create(), add(), confirm(), fulfill())


def _returned(*pairs, status, reason="stale tea"):
    units = sum(quantity for _, quantity in pairs)
    return ItemsReturned(items=quantities(*pairs), reason=reason, units=units, fulfillment_status=status, **ADA)


def test_some_or_all_of_it_comes_back():
    given_done(*SHIPPED).when(give_back((1, 1))).then(_returned((1, 1), status="partly_returned"))
    given_done(*SHIPPED).when(give_back((1, 2), (2, 3))).then(_returned((1, 2), (2, 3), status="returned"))
    last = _returned((1, 1), (2, 3), status="returned")
    given_done(*SHIPPED, give_back((1, 1))).when(give_back((1, 1), (2, 3))).then(last)


def test_all_of_a_part_is_a_part():
    part = (create(), add(), confirm(), fulfill((1, 2)))
    given_done(*part).when(give_back((1, 2))).then(_returned((1, 2), status="partly_returned"))


@pytest.mark.parametrize(
    ("pairs", "line", "sentence"),
    [
        (((2, 3),), 2, "Cannot return 3 of line 2: 1 fulfilled, 0 returned."),
        (((1, 1), (2, 2)), 2, "Cannot return 2 of line 2: 1 fulfilled, 0 returned."),
    ],
)
def test_no_more_comes_back_than_was_shipped(pairs, line, sentence):
    part = (create(), add(), confirm(), fulfill((1, 2), (line, 1)))
    given_done(*part).when(give_back(*pairs)).then_refused(ReturnTooLarge, sentence)


def test_what_came_back_does_not_come_back_again():
    story = given_done(*SHIPPED, give_back((1, 2))).when(give_back((1, 1)))
    story.then_refused(ReturnTooLarge, "Cannot return 1 of line 1: 2 fulfilled, 2 returned.")


def test_lines_exist_are_named_once_and_there_is_a_reason():
    story = given_done(*SHIPPED)
    story.when(give_back()).then_refused(InvalidCommand, "at least one item")
    story.when(give_back((3, 1))).then_refused(LineNotFound, "no line 3; it has 2")
    story.when(give_back((1, 1), (1, 1))).then_refused(InvalidCommand, "Line 1 is named more than once")
    story.when(give_back((1, 1), reason="")).then_refused(InvalidCommand, "'reason' must not be empty")


def test_the_order_is_confirmed():
    given_done(create()).when(give_back((1, 1))).then_refused(OrderIsNotConfirmed, "is placed and not confirmed")
