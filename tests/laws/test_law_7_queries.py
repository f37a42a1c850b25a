"""Law 7: queries never touch the write database, and are served when it is down."""

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from gate.consistency import token_of
from orders_read.models import OrderView
from orders_write.event_store import head
from tests import tokens
from tests.laws.dead_database import dead

QUERIES = [
    "/api/orders/{id}",
    "/api/orders/{id}?expected_version=1",
    "/api/orders/{id}?as_of_version=1",
    "/api/orders/{id}/timeline",
    "/api/orders",
    "/api/orders?cursor=*&status=placed",
    "/api/orders?product_id=tea",
    "/api/orders/search?q=tea",
    "/api/orders/search",
    "/api/customers/ada/orders",
]
OF_THE_SHOP = {
    "/api/customers/ada": '"ada"',
    "/api/reports/daily-sales": '"7.00"',
    "/api/reports/product-sales?format=csv": "7.00",
    "/api/projections": '"order_views"',
}


@pytest.fixture
def order_id(place, project):
    found = place()
    project()
    return found


@pytest.mark.parametrize("path", [*QUERIES, *OF_THE_SHOP])
def test_a_query_asks_the_read_database_alone(api, order_id, path):
    tokens.forget()
    with CaptureQueriesContext(connections["default"]) as write, CaptureQueriesContext(connections["read"]) as read:
        assert api.get(path.format(id=order_id)).getvalue()
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


@pytest.mark.parametrize("path", OF_THE_SHOP)
def test_so_is_a_question_about_the_whole_shop(api, order_id, path):
    with dead("default"):
        answer = api.get(path)
        assert (answer.status_code, OF_THE_SHOP[path] in answer.getvalue().decode()) == (200, True)


def test_so_is_who_follows_the_log(service_api, order_id):
    with dead("default"):
        assert str(order_id) in service_api.get("/api/events").content.decode()


def test_a_query_waits_for_what_was_written_without_asking_the_write_database(api, place, project):
    place()
    project()
    place()
    token = token_of(head())
    with dead("default"):
        answer = api.get("/api/orders", headers={"consistency_token": token, "prefer": "wait=1"})
    assert (answer.status_code, answer.json()["stale"], answer.json()["total"]) == (200, True, 1)


def test_a_command_says_that_the_write_database_is_down(api, order_id):
    with dead("default"):
        answer = api.delete(f"/api/orders/{order_id}?reason=rain")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/not-available")
    assert answer["Retry-After"]
    assert OrderView.objects.using("read").get().status == "placed"
