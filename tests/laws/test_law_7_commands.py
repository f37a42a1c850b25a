"""Law 7: commands never touch the read database, and are carried out when it is down."""

from django.db import connections
from django.test.utils import CaptureQueriesContext

from orders_read.models import OrderView
from orders_write.event_store import head
from tests import tokens
from tests.api.test_hostile_input import BODY, ITEM
from tests.laws.dead_database import dead


def _whole_life(api):
    placed = api.post("/api/orders", BODY, format="json")
    path = f"/api/orders/{placed.json()['order_id']}"
    return [placed, api.post(f"{path}/items", ITEM, format="json"), api.delete(f"{path}?reason=rain")]


def test_a_command_asks_the_write_database_alone(api):
    with CaptureQueriesContext(connections["default"]) as write, CaptureQueriesContext(connections["read"]) as read:
        assert [answer.status_code for answer in _whole_life(api)] == [201, 200, 200]
        assert head() > 0
    assert len(read.captured_queries) == 0
    assert len(write.captured_queries) > 0


def test_commands_are_carried_out_while_the_read_database_is_down_and_posted_afterwards(api, project):
    tokens.forget()
    with dead("read"):
        assert [answer.status_code for answer in _whole_life(api)] == [201, 200, 200]
        query = api.get("/api/orders/search")
        assert (query.status_code, query.json()["type"]) == (503, "/problems/not-available")
        assert api.get("/readyz").json()["checks"]["read_database"] == "down: OperationalError"
    project()
    assert list(OrderView.objects.using("read").values_list("status", "version")) == [("cancelled", 3)]


def test_with_both_databases_down_the_service_is_not_ready(api):
    with dead("read"), dead("default"):
        answer = api.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
