"""Turns the doorbell into a Celery task, off the command's path.

A command must neither fail nor wait because of the broker, so a thread of this process publishes; rings that come
while it publishes are answered by one more round. Whatever is lost here the sweep makes up for (law 4).
"""

import atexit
import os
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.core.cache import cache as shared_cache
from kombu.serialization import dumps
from kombu.utils.uuid import uuid

from projections.registry import PROJECTORS

log = structlog.get_logger(__name__)

GATHER_SECONDS = 0.2
_OTHERS = "wake-up-others"
# Rings that come faster are answered together: after a little pause when a task was sent, and after ever longer ones
# while a task waits to begin, because it will see their events too; not much longer each, for it may begin meanwhile.
_PAUSE_SECONDS, _LONGER, _LONGEST_SECONDS = 0.001, 1.25, 0.032
_LAST_CHANCE_SECONDS = 1.0
_PUSH_UNLESS_ONE_WAITS = """
    if redis.call('LLEN', KEYS[1]) > 0 then return 0 end
    return redis.call('LPUSH', KEYS[1], ARGV[1])
"""


class _UnlessOneWaits:
    """What kombu's batch puts its message into: a queue that takes it where no other one waits, in one round trip."""

    def __init__(self, broker: Any) -> None:
        self._push = broker.register_script(_PUSH_UNLESS_ONE_WAITS)
        self.took = False

    def lpush(self, queue: str, message: str) -> None:
        """Do what Redis' command of this name does, unless the queue holds something."""
        self.took = bool(self._push(keys=[queue], args=[message]))


class _Way:
    """A thread's own way to the queue of wake-ups: a connection, and the message of the task, made once.

    To make both anew for each, and to ask in a round trip of its own, would take four times as long.
    """

    def __init__(self) -> None:
        task = current_app.amqp.create_task_message("", "projections.look", ignore_result=True)
        self._headers, self._properties = task.headers, task.properties
        self._content = dumps(task.body, serializer=current_app.conf.task_serializer)
        channel: Any = current_app.connection_for_write().channel()
        self._channel, self._batch = channel, channel.create_publish_batch(max_size=sys.maxsize)
        self._batch.pipeline = _UnlessOneWaits(channel.client)

    def send(self) -> bool:
        """Send the task under an id of its own, as Celery's `apply_async` does, unless one waits; tell whether."""
        task_id, (content_type, encoding, body) = uuid(), self._content
        headers = self._headers | {"id": task_id, "root_id": task_id}
        properties = self._properties | {"correlation_id": task_id}
        message = self._channel.prepare_message(body, None, content_type, encoding, headers, properties)
        self._batch.publish(message, exchange="", routing_key=settings.WAKE_UPS)
        return self._batch.pipeline.took  # type: ignore[no-any-return]


class _Publisher:
    """One daemon thread per process, started by the first ring (also after a fork)."""

    def __init__(self) -> None:
        self._rung, self._done = threading.Event(), threading.Event()
        self._starting = threading.Lock()
        self._pid = 0
        self._way: _Way | None = None

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
            if not self._rung.is_set():
                pause = _PAUSE_SECONDS
            self._rung.wait()
            self._rung.clear()
            pause = _PAUSE_SECONDS if self.publish() else min(_LONGER * pause, _LONGEST_SECONDS)
            if not self._rung.is_set():
                self._done.set()
            time.sleep(pause)

    def publish(self) -> bool:
        """Send the task that looks at what is urgent, unless one waits to begin: it will see these events too.

        Tell whether it was sent; a broker that is down is logged, not raised.
        """
        try:
            self._way = self._way or _Way()
            return self._way.send()
        except Exception as error:
            self._way = None
            log.warning("the broker fails; what was not announced the sweep will pick up", error=str(error))
            return False


_publisher = _Publisher()
_gathers_until = 0.0


def ring(**signal: Any) -> None:
    """Receive the doorbell: ask that every projection be caught up, without waiting for the broker."""
    _publisher.ring()


def parts(*, urgent: bool) -> list[tuple[str, int]]:
    """Return every partition of the projections that are urgent, or of those that are not."""
    chosen = (projector for projector in PROJECTORS if projector.urgent is urgent)
    return [(projector.name, partition) for projector in chosen for partition in range(projector.partitions)]


def gathers() -> bool:
    """Tell whether a task for what is not urgent must be sent, because none waits to begin.

    The one for which this process said so cannot have begun for `GATHER_SECONDS`; later, a key in the cache says
    whether one waits, for one sweep's interval at most. Without the cache one is sent each time.
    """
    global _gathers_until
    now = time.monotonic()
    if now < _gathers_until:
        return False
    try:
        none_waits = shared_cache.add(_OTHERS, 1, settings.SWEEP_SECONDS)
    except Exception:
        none_waits = True
    if none_waits:
        _gathers_until = now + GATHER_SECONDS
    return none_waits


def gathered() -> None:
    """Note that this task has begun."""
    global _gathers_until
    _gathers_until = 0.0
    with suppress(Exception):
        shared_cache.delete(_OTHERS)


def reset_after_fork() -> None:
    """Give a forked child a publisher of its own: its parent's thread does not exist there."""
    global _publisher
    _publisher = _Publisher()


os.register_at_fork(after_in_child=reset_after_fork)
atexit.register(lambda: _publisher.wait())
