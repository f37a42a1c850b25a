"""The poster: it alone makes what is urgent visible, comes back with the broker, and does not hang for ever."""

import os
import signal
import subprocess
import sys
import time

import pytest
import redis

from orders_read.models import DailySales, OrderView
from tests.e2e.service import ROOT, eventually, serving

TASK = """
import time
import django
django.setup()
from config import poster
from config.celery import app
from django.conf import settings

settings.CELERY_TASK_TIME_LIMIT = 1

@app.task
def hang():
    time.sleep({seconds})
    raise ValueError("it does not work")

poster.at_once(hang)("a message")
time.sleep(1.5)
"""
GATHERED_SECONDS = 1.0


@pytest.fixture
def poster(databases, tmp_path):
    """A service of which nothing runs but the web server, a poster and the broker: nobody sweeps."""
    with serving(tmp_path, "web", "poster") as service:
        yield service


def _place(service, order):
    status, placed = service.call("POST", "/api/orders", order)
    assert status == 201
    return placed["order_id"]


def _seen(order_id):
    return eventually(OrderView.objects.using("read").filter(order_id=order_id).exists, "the order is seen")


def test_the_poster_posts_what_is_urgent_and_leaves_the_rest_to_the_worker(poster, order):
    assert _seen(_place(poster, order))
    time.sleep(GATHERED_SECONDS)  # a worker would have posted the rest meanwhile
    assert _broker(poster).llen("celery") == 1
    assert not DailySales.objects.using("read").exists()
    poster.leave_wake_ups_to_the_poster()
    poster.start("worker")
    eventually(DailySales.objects.using("read").exists, "the worker has posted what had gathered")


def test_wake_ups_are_not_acknowledged(poster, order):
    assert _seen(_place(poster, order))
    before = _acknowledgements(poster)
    for _ in range(20):
        assert _seen(_place(poster, order))
    assert _acknowledgements(poster) == before


def _acknowledgements(service):
    """Return how often the broker was told that a message is taken, or done."""
    counted = _broker(service).info("commandstats")
    return [counted.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("hset", "hdel", "zadd", "zrem")]


def _broker(service):
    return redis.Redis.from_url(service.environment["CELERY_BROKER_URL"])


def test_the_poster_comes_back_with_the_broker(poster, order):
    assert _seen(_place(poster, order))
    poster.broker.stop()
    missed = _place(poster, order)
    poster.broker.start()
    views = OrderView.objects.using("read").filter(order_id=missed)
    eventually(lambda: _place(poster, order) and views.exists(), "wake-ups are taken again", pause=0.5)


def test_the_poster_goes_on_when_a_frozen_broker_thaws(poster, order):
    assert _seen(_place(poster, order))
    poster.freeze_broker()
    try:
        missed = _place(poster, order)
    finally:
        poster.thaw_broker()
    views = OrderView.objects.using("read").filter(order_id=missed)
    eventually(lambda: _place(poster, order) and views.exists(), "wake-ups are taken again", pause=0.5)


@pytest.mark.parametrize(("seconds", "code", "said"), [(10, -signal.SIGALRM, "in hang"), (0.1, 0, "it does not work")])
def test_a_task_that_hangs_ends_the_poster_and_one_that_fails_does_not(seconds, code, said):
    environment = os.environ | {"DAYBOOK_PROCESS": "poster", "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", TASK.format(seconds=seconds)]
    ended = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    assert (ended.returncode, said in ended.stdout + ended.stderr) == (code, True)
