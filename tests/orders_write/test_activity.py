"""What becomes of commands is counted; the cache may be down."""

import pytest
from django.db import OperationalError
from redis import Redis

from orders_write import activity, command_bus
from orders_write.activity import Activity
from orders_write.command_bus import Context, dispatch
from orders_write.domain.commands import CloseOrder
from orders_write.domain.errors import DomainError


@pytest.fixture(autouse=True)
def keys_of_its_own(settings, request):
    """Counters that no other test has."""
    activity.hand_over()
    settings.CACHES["default"]["KEY_PREFIX"] += request.node.name
    yield
    settings.CACHES["default"]["KEY_PREFIX"] = settings.CACHES["default"]["KEY_PREFIX"].removesuffix(request.node.name)


def test_done_refused_and_failed_commands_are_told_apart(place, monkeypatch):
    order_id = place()
    place()
    with pytest.raises(DomainError):
        dispatch(CloseOrder(order_id=order_id), Context("tests"))
    with monkeypatch.context() as broken, pytest.raises(OperationalError):
        broken.setattr(command_bus.event_store, "load_streams", _down)
        dispatch(CloseOrder(order_id=order_id), Context("tests"))
    activity.hand_over()
    counted = activity.last_minute()
    assert (counted, counted.asked) == (Activity(done=2, refused=1, failed=1), 4)


def _down(order_ids):
    raise OperationalError("the server is gone")


def test_a_command_is_done_when_the_cache_is_down(place, monkeypatch):
    monkeypatch.setattr(activity, "_redis", lambda: Redis(port=1, socket_connect_timeout=0.1))
    place()
    activity.hand_over()
    monkeypatch.undo()
    assert activity.last_minute() == Activity()
