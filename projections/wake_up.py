"""Turns the doorbell into a Celery task, off the command's path.

A command must neither fail nor wait because of the broker, so a thread of this process publishes; rings that come
while it publishes are answered by one more round. Whatever is lost here the sweep makes up for (law 4).
"""

import atexit
import os
import threading
import time
from contextlib import suppress
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache

from projections.registry import PROJECTORS

log = structlog.get_logger(__name__)

GATHER_SECONDS = 0.2
_KEY, _OTHERS = "wake-up", "wake-up-others"
# Rings that come faster are answered together: after a little pause when a task was sent, and after ever longer ones
# while that task waits to begin, because it will see their events too.
_PAUSE_SECONDS, _LONGEST_SECONDS = 0.001, 0.032
_LAST_CHANCE_SECONDS = 1.0


class _Publisher:
    """One daemon thread per process, started by the first ring (also after a fork)."""

    def __init__(self) -> None:
        self._rung, self._done = threading.Event(), threading.Event()
        self._starting = threading.Lock()
        self._pid = 0

    def ring(self) -> None:
        self._done.clear()
        self._rung.set()
        if self._pid != os.getpid():
            self._start()

    def wait(self) -> None:
        """Give the last ring of a process that ends the time to be published."""
        if self._pid == os.getpid():
            self._done.wait(_LAST_CHANCE_SECONDS)

    def _start(self) -> None:
        with self._starting:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                threading.Thread(target=self._run, name="wake-up", daemon=True).start()

    def _run(self) -> None:
        pause = _PAUSE_SECONDS
        while True:
            self._rung.wait()
            self._rung.clear()
            pause = _PAUSE_SECONDS if publish() else min(2 * pause, _LONGEST_SECONDS)
            if not self._rung.is_set():
                self._done.set()
            time.sleep(pause)


_publisher = _Publisher()


def ring(**signal: Any) -> None:
    """Receive the doorbell: ask that every projection be caught up, without waiting for the broker."""
    _publisher.ring()


def publish() -> bool:
    """Send the task that looks at every projection, and tell whether; a broker that is down is logged, not raised.

    A task that is on its way and has not begun will see these events too, so no second one is sent (a key in the cache
    says so, for one sweep's interval at most).
    """
    from projections.tasks import look

    try:
        if sent := _is_first(_KEY):
            look.delay()
    except Exception as error:
        log.warning("wake-up not published; the sweep will pick it up", error=str(error))
        return False
    return sent


def parts(*, urgent: bool) -> list[tuple[str, int]]:
    """Return every partition of the projections that are urgent, or of those that are not."""
    chosen = (projector for projector in PROJECTORS if projector.urgent is urgent)
    return [(projector.name, partition) for projector in chosen for partition in range(projector.partitions)]


def heard() -> None:
    """Note that a task has begun: what commits from now on may need another one."""
    _forget(_KEY)


def gathers() -> bool:
    """Tell whether a task for what is not urgent must be sent, because none waits to begin."""
    return _is_first(_OTHERS)


def gathered() -> None:
    """Note that this task has begun."""
    _forget(_OTHERS)


def _is_first(key: str) -> bool:
    """Tell whether nobody has noted a key since it was forgotten. Without the cache everybody is the first."""
    try:
        return cache.add(key, 1, settings.SWEEP_SECONDS)
    except Exception:
        return True


def _forget(key: str) -> None:
    with suppress(Exception):  # the cache is a convenience: without it every ring sends a task
        cache.delete(key)


def reset_after_fork() -> None:
    """Give a forked child a publisher of its own: its parent's thread does not exist there."""
    global _publisher
    _publisher = _Publisher()


os.register_at_fork(after_in_child=reset_after_fork)
atexit.register(lambda: _publisher.wait())
