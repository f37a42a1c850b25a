"""The broker may stop or freeze: commands are still answered, and the read model catches up by itself."""

from orders_read.models import OrderView
from tests.e2e.service import eventually

ORDERS = 10


def _place(service, order):
    return [service.call("POST", "/api/orders", order) for _ in range(ORDERS)]


def _rows():
    return OrderView.objects.using("read").count()


def test_an_order_travels_from_command_to_query(service, order):
    status, placed = service.call("POST", "/api/orders", order)
    assert (status, placed["version"]) == (201, 1)
    path = f"/api/orders/{placed['order_id']}"
    found = eventually(
        lambda: service.call("GET", path)[0] == 200 and service.call("GET", path)[1], "the order is seen"
    )
    assert (found["order_id"], found["total"], found["status"]) == (placed["order_id"], "7.00", "placed")


def test_commands_are_answered_while_the_broker_is_stopped_and_posted_when_it_is_back(service, order):
    service.broker.stop()
    assert [status for status, _ in _place(service, order)] == [201] * ORDERS
    service.broker.start()
    eventually(lambda: _rows() == ORDERS, "the read model has caught up")


def test_commands_are_answered_while_the_broker_is_frozen_and_posted_when_it_thaws(service, order):
    service.freeze_broker()
    try:
        assert [status for status, _ in _place(service, order)] == [201] * ORDERS
    finally:
        service.thaw_broker()
    eventually(lambda: _rows() == ORDERS, "the read model has caught up")


def test_without_beat_the_workers_own_timer_posts_what_no_wake_up_announced(service, place):
    service.kill("beat")
    place()
    eventually(lambda: _rows() == 1, "the read model has caught up")
