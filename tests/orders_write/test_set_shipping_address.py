"""SetShippingAddress: what it leads to, and every rule that refuses it."""

from decimal import Decimal

from orders_write.domain.errors import InvalidCommand
from orders_write.domain.events import ShippingAddressSet
from orders_write.domain.fulfillment_errors import AddressIsFixed
from orders_write.domain.values import Address
from tests.builders import ADA, DUBLIN, authorize, capture, confirm, create, fulfill, move, refund, take_back
from tests.given_when_then import given_done


def _moved(**changes):
    facts = {"country": "EIRE", "previous_country": "United Kingdom", "shipping_address": DUBLIN, "units": 2}
    return ShippingAddressSet(**(ADA | facts | {"total": Decimal("7.00"), "refunded": Decimal(0)} | changes))


def test_an_order_goes_somewhere_else_and_says_what_moves_with_it():
    given_done(create()).when(move()).then(_moved())


def test_later_events_know_the_new_country():
    given_done(create(), move()).when(move()).then(_moved(previous_country="EIRE"))


def test_refunds_move_too():
    paid = (create(), confirm(), authorize(), capture(), refund("2"))
    given_done(*paid).when(move()).then(_moved(refunded=Decimal(2)))


def test_what_is_on_its_way_fixes_the_address_until_it_is_taken_back():
    shipped = (create(), confirm(), fulfill((1, 1)))
    given_done(*shipped).when(move()).then_refused(AddressIsFixed, "1 units are fulfilled")
    given_done(*shipped, take_back()).when(move()).then(_moved())


def test_an_address_has_a_country():
    story = given_done(create()).when(move(Address(" ")))
    story.then_refused(InvalidCommand, "'shipping_address.country' must not be empty")
