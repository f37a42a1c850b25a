"""Turns the doorbell into Celery tasks, off the command's path.

A command must neither fail nor wait because of the broker, so a thread of this process publishes; rings that come
while it publishes are answered by one more round. Whatever is lost here the sweep makes up for (law 4).
"""

import os
import threading
from typing import Any

import structlog

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


def publish() -> None:
    """Send a catch-up task for every projection; a broker that is down is logged, not raised."""
    from projections.tasks import catch_up

    try:
        for projector in PROJECTORS:
            catch_up.delay(projector.name)
    except Exception as error:
        log.warning("wake-up not published; the sweep will pick it up", error=str(error))


def reset_after_fork() -> None:
    """Give a forked child a publisher of its own: its parent's thread does not exist there."""
    global _publisher
    _publisher = _Publisher()


os.register_at_fork(after_in_child=reset_after_fork)
