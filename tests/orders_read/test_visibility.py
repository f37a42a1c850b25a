"""Whose rows an actor sees: the query set says the same as the conditions of the lists."""

import pytest
from django.db import connections

from gate.tokens import Actor
from orders_read import conditions
from orders_read.models import CustomerSummary, OrderView
from tests.builders import AN_OPERATOR

GRACE = Actor("shop", "customer", "grace@example.org")
SEEN = [(AN_OPERATOR, 5), (Actor("audit", "auditor"), 5), (Actor("mail", "service"), 0), (GRACE, 1)]
SEEN += [
    (Actor("shop", "customer", customer_id), count) for customer_id, count in (("ada", 3), ("ADA", 0), ("None", 0))
]


@pytest.mark.parametrize(("actor", "orders"), SEEN)
def test_both_ways_of_asking_show_an_actor_the_same_orders(shop, actor, orders):
    seen = set(OrderView.objects.visible_to(actor).values_list("order_id", flat=True))
    where, values = conditions.where(conditions.visible_to(actor))
    with connections["read"].cursor() as cursor:
        cursor.execute(f"select order_id from order_views {where}", values)
        assert {order_id for (order_id,) in cursor.fetchall()} == seen
    assert len(seen) == orders


def test_a_customer_sees_its_own_summary_alone(shop):
    found = CustomerSummary.objects.visible_to(GRACE).values_list("customer_id", flat=True)
    assert set(found) == {"grace@example.org"}
