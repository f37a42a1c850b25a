"""What may be asked of an order: all of it is accepted, and names what it can be asked of."""

from orders_write.command_bus import possible_after
from orders_write.domain import commands
from orders_write.domain.order import decide, replay
from tests.builders import cancel, confirm, create, deliver, fulfill, hold, take_back
from tests.given_when_then import ORDER


def _after(*asked):
    told = []
    for command in asked:
        told += decide(command, replay(told))
    return told


def _names(*asked):
    return {kind.__name__ for kind in possible_after(ORDER, _after(*asked))}


NOTE, PAYMENTS = {"AddNote"}, {"AuthorizePayment", "RecordPaymentFailure"}
BUILDING = {
    "AddOrderItem", "ChangeItemQuantity", "RemoveOrderItem", "ApplyDiscount", "SetShippingFee", "ConfirmOrder",
    "ExpireOrder",
}  # fmt: skip
ANY = NOTE | PAYMENTS | {"SetShippingAddress", "HoldFulfillment", "CancelOrder"}


def test_nothing_is_asked_of_an_order_that_is_not_there():
    assert possible_after(ORDER, []) == {}


def test_a_placed_order():
    assert _names(create()) == ANY | BUILDING


def test_a_draft_without_lines():
    assert _names(create(items=(), draft=True)) == (ANY | BUILDING) - PAYMENTS - {
        "ChangeItemQuantity", "RemoveOrderItem", "ConfirmOrder",
    }  # fmt: skip


def test_a_confirmed_order():
    assert _names(create(), confirm()) == ANY | {"FulfillItems"}


def test_an_order_on_hold():
    assert _names(create(), confirm(), hold()) == (ANY | {"ReleaseHold"}) - {"HoldFulfillment"}


def test_an_ended_order_takes_notes():
    assert _names(create(), cancel()) == NOTE


def test_a_command_stands_there_for_each_fulfillment_that_it_may_name():
    told = _after(create(), confirm(), fulfill((1, 1)), take_back(1), fulfill((1, 1)), deliver(2), fulfill((1, 1)))
    found = possible_after(ORDER, told)
    assert [one.fulfillment for one in found[commands.MarkDelivered]] == [3]
    assert [one.fulfillment for one in found[commands.UpdateTracking]] == [2, 3]
    assert [one.items[0].line for one in found[commands.ReturnItems]] == [1]
    assert commands.FulfillItems not in found
