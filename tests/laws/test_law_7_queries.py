"""Law 7: queries never touch the write database, and are served when it is down."""

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from orders_read.models import OrderView
from tests import tokens
from tests.laws.dead_database import dead

QUERIES = ["/api/orders/{id}", "/api/customers/ada/orders", "/api/orders/search?q=tea", "/api/orders/search"]


@pytest.fixture
def order_id(place, project):
    found = place()
    project()
    return found


@pytest.mark.parametrize("path", QUERIES)
def test_a_query_asks_the_read_database_alone(api, order_id, path):
    tokens.forget()
    with CaptureQueriesContext(connections["default"]) as write, CaptureQueriesContext(connections["read"]) as read:
        assert api.get(path.format(id=order_id)).status_code == 200
    assert len(write.captured_queries) == 0
    assert len(read.captured_queries) > 0


@pytest.mark.parametrize("path", QUERIES)
def test_a_query_is_answered_while_the_write_database_is_down(api, order_id, path):
    tokens.forget()
    with dead("default"):
        answer = api.get(path.format(id=order_id))
        assert answer.status_code == 200
        assert str(order_id) in answer.content.decode()
        assert api.get("/readyz").json()["status"] == "degraded"


def test_a_command_says_that_the_write_database_is_down(api, order_id):
    with dead("default"):
        answer = api.delete(f"/api/orders/{order_id}?reason=rain")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/not-available")
    assert answer["Retry-After"]
    assert OrderView.objects.using("read").get().status == "placed"
