"""The poster: it alone makes what is urgent visible, comes back with the broker, and does not hang for ever."""

import os
import signal
import subprocess
import sys

import pytest

from orders_read.models import DailySales, OrderView
from tests.e2e.service import ROOT, Service, eventually

HANGS = """
import time
import django
django.setup()
from config import celery
from django.conf import settings
from projections.tasks import look

settings.CELERY_TASK_TIME_LIMIT = 1
celery.set_the_alarm(task=look)
if {ends}:
    celery.stop_the_alarm(task=look)
time.sleep(2)
"""


@pytest.fixture
def poster(databases, tmp_path):
    """A service of which nothing runs but the web server, a poster and the broker: nobody sweeps."""
    service = Service(tmp_path)
    service.broker.start()
    try:
        service.start("web", "poster")
        eventually(service.is_up, "the web server answers")
        yield service
    except BaseException:
        print(service.logs())
        raise
    finally:
        service.stop()


def _place(service, order):
    status, placed = service.call("POST", "/api/orders", order)
    assert status == 201
    return placed["order_id"]


def _seen(order_id):
    return eventually(OrderView.objects.using("read").filter(order_id=order_id).exists, "the order is seen")


def test_the_poster_posts_what_is_urgent_and_leaves_the_rest_to_the_worker(poster, order):
    assert _seen(_place(poster, order))
    assert not DailySales.objects.using("read").exists()
    poster.leave_wake_ups_to_the_poster()
    poster.start("worker")
    eventually(DailySales.objects.using("read").exists, "the worker has posted what had gathered")


def test_the_poster_comes_back_with_the_broker(poster, order):
    assert _seen(_place(poster, order))
    poster.broker.stop()
    missed = _place(poster, order)
    poster.broker.start()
    views = OrderView.objects.using("read").filter(order_id=missed)
    eventually(lambda: _place(poster, order) and views.exists(), "wake-ups are taken again", pause=0.5)


@pytest.mark.parametrize(("ends", "code"), [(False, -signal.SIGALRM), (True, 0)])
def test_a_task_that_hangs_ends_the_poster_and_one_that_ends_does_not(ends, code):
    environment = os.environ | {"DAYBOOK_PROCESS": "poster", "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", HANGS.format(ends=ends)]
    hung = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    assert hung.returncode == code
