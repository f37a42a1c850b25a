"""Which database each model lives in, and where it is read and migrated."""

import pytest
from django.contrib.auth.models import User

from config.database_router import DatabaseRouter
from orders_read.models import OrderView
from orders_write.models import Event

router = DatabaseRouter()


@pytest.mark.parametrize(("model", "alias"), [(Event, "default"), (User, "default"), (OrderView, "read")])
def test_each_side_has_its_own_database(model, alias):
    assert (router.db_for_read(model), router.db_for_write(model)) == (alias, alias)


def test_only_read_models_are_read_from_replicas(settings):
    settings.READ_REPLICAS = ["read_replica_0"]
    assert router.db_for_read(OrderView) == "read_replica_0"
    assert router.db_for_write(OrderView) == "read"
    assert router.db_for_read(Event) == "default"


@pytest.mark.parametrize(
    ("app", "allowed"),
    [("orders_write", "default"), ("auth", "default"), ("orders_read", "read"), ("projections", "read")],
)
def test_an_app_migrates_in_its_own_database_only(app, allowed):
    aliases = ("default", "read", "read_replica_0")
    assert [alias for alias in aliases if router.allow_migrate(alias, app)] == [allowed]


def test_relations_do_not_cross_the_sides():
    assert router.allow_relation(Event(), User())
    assert not router.allow_relation(Event(), OrderView())
