"""How many commands were asked for lately and what became of them, counted in the cache for all processes together.

A process adds up in memory and a thread of its own hands that over, so a command neither waits for the cache nor fails
with it: what cannot be handed over within a second is forgotten.
"""

import atexit
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec
import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from orders_write.event_store import ConcurrencyConflict

BUCKET_SECONDS, _BUCKETS, _KEPT_SECONDS = 10, 6, 300
_TIMEOUT_SECONDS, _EVERY_SECONDS = 0.25, 1.0
_FAILURES = (DatabaseError, InterfaceError, psycopg.Error)
OUTCOMES = DONE, REFUSED, FAILED = ("done", "refused", "failed")
Transact = Callable[[Sequence[Any], int | None], list[Any]]


class Activity(msgspec.Struct, frozen=True):
    """Commands of the last minute: carried out, refused by a rule or a lost race, and failed with a server."""

    done: int = 0
    refused: int = 0
    failed: int = 0

    @property
    def asked(self) -> int:
        """How many there were."""
        return self.done + self.refused + self.failed


def counted(transact: Transact) -> Transact:
    """Middleware of the command bus: count what becomes of commands; those that were done before are not."""

    def with_count(asked: Sequence[Any], expected_version: int | None) -> list[Any]:
        try:
            answers = transact(asked, expected_version)
        except ConcurrencyConflict:
            _counts.add(REFUSED, len(asked))
            raise
        except _FAILURES:
            _counts.add(FAILED, len(asked))
            raise
        refused = sum(isinstance(answer, Exception) for answer in answers)
        _counts.add(REFUSED, refused)
        _counts.add(DONE, len(answers) - refused)
        return answers

    return with_count


def last_minute() -> Activity:
    """Return what became of the commands of the last minute, in this process and all others.

    Raises:
        RedisError: the cache does not answer.
    """
    now = _bucket()
    keys = [_key(bucket, outcome) for outcome in OUTCOMES for bucket in range(now - _BUCKETS + 1, now + 1)]
    found = [int(value or 0) for value in _redis().mget(keys)]
    return Activity(*(sum(found[start : start + _BUCKETS]) for start in range(0, len(found), _BUCKETS)))


class _Counts:
    """What this process has counted and not handed over; one daemon thread does so, started by the first count."""

    def __init__(self) -> None:
        self._lock, self._waiting = threading.Lock(), Counter[tuple[int, str]]()
        self._some, self._pid = threading.Event(), 0

    def add(self, outcome: str, number: int) -> None:
        if not number:
            return
        with self._lock:
            self._waiting[_bucket(), outcome] += number
            if self._pid != os.getpid():
                self._pid = os.getpid()
                threading.Thread(target=self._run, name="activity", daemon=True).start()
        self._some.set()

    def hand_over(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, Counter()
        if not waiting:
            return
        try:
            with _redis().pipeline(transaction=False) as pipeline:
                for (bucket, outcome), number in waiting.items():
                    pipeline.incrby(_key(bucket, outcome), number)
                    pipeline.expire(_key(bucket, outcome), _KEPT_SECONDS)
                pipeline.execute()
        except RedisError:
            return  # figures for the eye: nobody waits for them, nothing rests on them

    def _run(self) -> None:
        while True:
            self._some.wait()
            self._some.clear()
            self.hand_over()
            time.sleep(_EVERY_SECONDS)


def _bucket() -> int:
    return int(time.time() // BUCKET_SECONDS)


def _key(bucket: int, outcome: str) -> str:
    return f"{settings.CACHES['default'].get('KEY_PREFIX', '')}:commands:{bucket}:{outcome}"


@cache
def _redis() -> Redis:
    found: dict[str, Any] = settings.CACHES["default"]
    return Redis.from_url(
        found["LOCATION"],
        socket_timeout=_TIMEOUT_SECONDS,
        socket_connect_timeout=_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )


_counts = _Counts()


def hand_over() -> None:
    """Give the cache what this process has counted, now."""
    _counts.hand_over()


def _reset_after_fork() -> None:
    """Give a forked child counts of its own: its parent's thread, and maybe its lock, are the parent's."""
    global _counts
    _counts = _Counts()


os.register_at_fork(after_in_child=_reset_after_fork)
atexit.register(hand_over)
