"""To a customer, somebody else's order is one that is not there, whatever is asked of it."""

from uuid import uuid4

import pytest
from django.db import connections

from orders_write.command_bus import Context, dispatch, dispatch_many
from orders_write.domain.commands import AddOrderItem, CancelOrder
from orders_write.domain.errors import OrderNotFound
from orders_write.event_store import WRITE, head, is_of_customer
from tests.builders import JAM, create

GRACE, ADA = (Context("shop", customer_id=customer) for customer in ("grace", "ada"))


def _refused(command, **expected):
    with pytest.raises(OrderNotFound) as refused:
        dispatch(command, GRACE, **expected)
    return str(refused.value).replace(str(command.order_id), "ID")


@pytest.mark.parametrize("customer", ["ada", None, "grac", "Grace"])
@pytest.mark.parametrize("expected", [{}, {"expected_version": 1}, {"expected_version": 7}])
def test_a_foreign_order_is_answered_as_an_unknown_one(place, customer, expected):
    foreign, before = place(customer=customer), head()
    for command in (AddOrderItem(order_id=foreign, item=JAM), CancelOrder(order_id=foreign, reason="")):
        unknown = type(command)(**{name: getattr(command, name) for name in command.__struct_fields__} | _another())
        assert _refused(command, **expected) == _refused(unknown, **expected)
    assert head() == before


def _another():
    return {"order_id": uuid4()}


def test_a_customer_changes_its_own_orders(place):
    order_id = place(customer="grace")
    assert dispatch(AddOrderItem(order_id=order_id, item=JAM), GRACE, expected_version=1).version == 2


def test_a_customer_places_orders_of_its_own_alone(databases):
    assert dispatch(create(), ADA).version == 1
    _refused(create(order_id=uuid4()))


def test_of_many_commands_each_is_answered_in_its_place(place):
    own, foreign = place(customer="grace"), place(customer="ada")
    answers = dispatch_many([(CancelOrder(order_id=order, reason="rain"), GRACE) for order in (foreign, own, foreign)])
    assert [type(answer).__name__ for answer in answers] == ["OrderNotFound", "Result", "OrderNotFound"]
    assert dispatch_many([(CancelOrder(order_id=foreign, reason="rain"), ADA)])[0].version == 2


def test_whose_an_order_is_an_index_tells_without_reading_the_order(place):
    order_id = place(customer="ada")
    with connections[WRITE].cursor() as cursor:
        cursor.execute("set enable_seqscan = off")
        cursor.execute(
            "explain select 1 from events where stream_id = %s and version = 1 and (data ->> 'customer_id') = 'ada'",
            [order_id],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("reset enable_seqscan")
    assert "events_customer" in plan
    assert "Filter" not in plan
    assert [is_of_customer(order_id, customer) for customer in ("ada", "grace", "")] == [True, False, False]
