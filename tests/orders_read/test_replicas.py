"""Several replicas: one question is answered by one of them, so that its page and its count belong together."""

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

REPLICAS = ["read_replica_0", "read_replica_1"]


@pytest.fixture
def replicas(shop, settings):
    """Two more aliases of the read database, as READ_REPLICA_URLS makes them."""
    for alias in REPLICAS:
        connections.settings[alias] = dict(connections["read"].settings_dict)
    settings.READ_REPLICAS = REPLICAS
    yield
    for alias in REPLICAS:
        connections[alias].close()
        connections[alias].close_pool()
        del connections[alias], connections.settings[alias]


@pytest.mark.parametrize("path", ["/api/customers/ada/orders", "/api/orders/search?q=tea"])
def test_one_question_one_replica(replicas, api, path):
    answered = [_replicas_asked(api, path) for _ in range(20)]
    assert {len(asked) for asked in answered} == {1}
    assert set.union(*answered) == set(REPLICAS)


def _replicas_asked(api, path):
    statements = {alias: CaptureQueriesContext(connections[alias]) for alias in ("read", *REPLICAS)}
    first, second, third = statements.values()
    with first, second, third:
        assert api.get(path).status_code == 200
    return {
        alias
        for alias, captured in statements.items()
        if any("order_views" in statement["sql"] for statement in captured.captured_queries)
    }
