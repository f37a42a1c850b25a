"""Law 7, first half: queries never touch the write database, and are answered while it is down."""

import pytest
from django.db import OperationalError, connections
from django.test.utils import CaptureQueriesContext

from orders_write.models import Event
from tests.orders_read.conftest import ADA_TEA, shop

__all__ = ["shop"]
QUERIES = [
    f"/api/orders/{ADA_TEA}",
    "/api/orders/01900000-0000-7000-8000-00000000ffff",
    "/api/customers/ada/orders?status=placed",
    "/api/customers/nobody/orders",
    "/api/orders/search",
    "/api/orders/search?q=darjeeling&sort_by=relevance",
    f"/api/orders/search?q={ADA_TEA}&sort_by=total&sort_order=asc&status=placed",
    "/api/orders/search?page=0",
]


@pytest.fixture
def dead_write_database(shop, tmp_path):
    """Point the write alias at a socket where nobody listens; proven by the attempt to use it."""
    connection = connections["default"]
    before = dict(connection.settings_dict)
    connection.close()
    connection.close_pool()
    options = {name: value for name, value in before["OPTIONS"].items() if name != "pool"}
    connection.settings_dict.update(HOST=str(tmp_path), PORT="", OPTIONS=options)
    with pytest.raises(OperationalError):
        Event.objects.exists()
    yield
    connection.close()
    connection.settings_dict.clear()
    connection.settings_dict.update(before)
    assert Event.objects.exists()


@pytest.mark.parametrize("query", QUERIES)
def test_no_statement_reaches_the_write_database(shop, api, query):
    with CaptureQueriesContext(connections["default"]) as statements:
        answer = api.get(query)
    assert answer.status_code in {200, 400, 404}
    assert statements.captured_queries == []


def test_the_answers_are_the_same_with_the_write_database_down(shop, api, request):
    alive = [_answer(api, query) for query in QUERIES]
    assert [status for status, _ in alive] == [200, 404, 200, 200, 200, 200, 200, 400]
    request.getfixturevalue("dead_write_database")
    assert [_answer(api, query) for query in QUERIES] == alive


def _answer(api, query):
    answer = api.get(query)
    return answer.status_code, answer.json()
