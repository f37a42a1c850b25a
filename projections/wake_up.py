"""Turns the doorbell into Celery tasks, off the command's path.

A command must neither fail nor wait because of the broker, so a thread of this process publishes; rings that come
while it publishes are answered by one more round. Whatever is lost here the sweep makes up for (law 4).
"""

import os
import threading
from contextlib import suppress
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache

from projections.registry import PROJECTORS

log = structlog.get_logger(__name__)


class _Publisher:
    """One daemon thread per process, started by the first ring (also after a fork)."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._starting = threading.Lock()
        self._pid = 0

    def ring(self) -> None:
        self._rung.set()
        if self._pid != os.getpid():
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                threading.Thread(target=self._run, name="wake-up", daemon=True).start()

    def _run(self) -> None:
        while True:
            self._rung.wait()
            self._rung.clear()
            publish()


_publisher = _Publisher()


def ring(**signal: Any) -> None:
    """Receive the doorbell: ask that every projection be caught up, without waiting for the broker."""
    _publisher.ring()


def publish(*, unheard: bool = False) -> None:
    """Send a catch-up task for every partition of every projection; a broker that is down is logged, not raised.

    A task that is on its way and has not begun will see these events too, so no second one is sent (a key in the cache
    says so, for one sweep's interval at most); `unheard` sends all the same.
    """
    from projections.tasks import catch_up

    try:
        for name, partition in parts():
            if unheard or _is_first(name, partition):
                catch_up.delay(name, partition)
    except Exception as error:
        log.warning("wake-up not published; the sweep will pick it up", error=str(error))


def parts() -> list[tuple[str, int]]:
    """Return every partition of every projection."""
    return [(projector.name, partition) for projector in PROJECTORS for partition in range(projector.partitions)]


def heard(projection: str, partition: int) -> None:
    """Note that a task has begun: what commits from now on may need another one."""
    with suppress(Exception):  # the cache is a convenience: without it every ring sends a task
        cache.delete(_key(projection, partition))


def _is_first(projection: str, partition: int) -> bool:
    try:
        return cache.add(_key(projection, partition), 1, settings.SWEEP_SECONDS)
    except Exception:
        return True


def _key(projection: str, partition: int) -> str:
    return f"wake-up:{projection}:{partition}"


def reset_after_fork() -> None:
    """Give a forked child a publisher of its own: its parent's thread does not exist there."""
    global _publisher
    _publisher = _Publisher()


os.register_at_fork(after_in_child=reset_after_fork)
