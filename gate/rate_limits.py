"""How often somebody may ask: counted per minute in the cache, for all processes together.

A process takes from the common counter in small bundles and gives them out by itself, so that few requests ask the
cache. A bundle that is left over at the end of the minute was counted and not used: at most 1 % for each process.
"""

import threading
from functools import cache
from time import monotonic, time
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import RedisStorage
from redis import ConnectionPool, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

WINDOW_SECONDS = 60
_BUNDLES = 100
_TIMEOUT_SECONDS, _REST_SECONDS = 0.25, 2.0
log = structlog.get_logger(__name__)


class CacheDown(Exception):
    """The cache does not answer, so that nothing can be counted."""


class Standing(NamedTuple):
    """Where somebody stands: whether this request is one too many, and what is left of the minute."""

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int


class Limiter:
    """A limit on each of its keys; `setting` names how many requests a minute, 0 for any number."""

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self._lock, self._window = threading.Lock(), 0
        self._left, self._counted = dict[str, int](), dict[str, int]()
        self._down, self._rests_until = False, 0.0

    def take(self, key: str) -> Standing | None:
        """Count one request of a key; None when there is no limit.

        Raises:
            CacheDown: the request is not counted.
        """
        if not (limit := int(getattr(settings, self._setting))):
            return None
        now, key = time(), f"{limit}/{key}"
        window = int(now // WINDOW_SECONDS)
        while (remaining := self._taken(key, limit, window)) is None:
            self._fetch(key, limit, window)
        reset = WINDOW_SECONDS - int(now % WINDOW_SECONDS)
        return Standing(remaining >= 0, limit, max(0, remaining), reset)

    def _taken(self, key: str, limit: int, window: int) -> int | None:
        """Take one of the bundle: how many remain, -1 when there was none to take, None when a bundle is to be had."""
        with self._lock:
            if window > self._window:
                self._window = window
                self._left.clear()
                self._counted.clear()
            left, beyond = self._left.get(key, 0), limit - self._counted.get(key, 0)
            if left:
                self._left[key] = left - 1
                return max(0, beyond) + left - 1
            return None if beyond > 0 else -1

    def _fetch(self, key: str, limit: int, window: int) -> None:
        """Take a bundle from the common counter; what goes beyond the limit is not given out."""
        bundle = max(1, limit // _BUNDLES)
        counted = self._count(RateLimitItemPerMinute(limit, namespace=self._setting), key, window, bundle)
        with self._lock:
            self._left[key] = self._left.get(key, 0) + max(0, min(bundle, limit - counted + bundle))
            self._counted[key] = max(counted, self._counted.get(key, 0))

    def _count(self, item: RateLimitItem, key: str, window: int, amount: int) -> int:
        """Add to the counter and return it. After a failure one request at a time tries again; none waits for it."""
        if (now := monotonic()) < self._rests_until:
            raise CacheDown
        if self._down:
            self._rests_until = now + _REST_SECONDS
        try:
            counted = _storage().incr(item.key_for(key, window), 2 * WINDOW_SECONDS, amount)
        except RedisError as error:
            self._down, self._rests_until = True, now + _REST_SECONDS
            log.warning("rate limits are not counted: the cache does not answer", error=str(error))
            raise CacheDown from error
        self._down, self._rests_until = False, 0.0
        return counted


@cache
def _storage() -> RedisStorage:
    found: dict[str, Any] = settings.CACHES["default"]
    pool = ConnectionPool.from_url(
        found["LOCATION"],
        socket_timeout=_TIMEOUT_SECONDS,
        socket_connect_timeout=_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    return RedisStorage(found["LOCATION"], pool, key_prefix=f"{found.get('KEY_PREFIX', '')}:limits")
