"""Rate limits: exact across processes, cheap, and known to be unknown when the cache is down."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
from django.test import override_settings

from gate import rate_limits
from gate.rate_limits import CacheDown, Limiter
from orders_write.ids import new_id

SETTING = "RATE_LIMIT_PER_TOKEN"


MINUTE = 60 * 30_000_000


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Return a function that sets the clock, in seconds after the full minute; it stands at 0."""

    def stands_at(seconds):
        monkeypatch.setattr(rate_limits, "time", lambda: MINUTE + seconds)

    stands_at(0)
    return stands_at


def _taken(limiter, key, times):
    return [limiter.take(key) for _ in range(times)]


def test_the_first_requests_of_a_minute_are_allowed_and_no_more():
    key = str(new_id())
    with override_settings(**{SETTING: 3}):
        assert _taken(Limiter(SETTING), key, 5) == [
            (True, 3, 2, 60), (True, 3, 1, 60), (True, 3, 0, 60), (False, 3, 0, 60), (False, 3, 0, 60),
        ]  # fmt: skip
        assert Limiter(SETTING).take(str(new_id())).allowed


def test_processes_and_threads_count_together():
    key, processes = str(new_id()), [Limiter(SETTING) for _ in range(3)]
    with override_settings(**{SETTING: 1_000}), ThreadPoolExecutor(9) as threads:
        found = list(threads.map(lambda limiter: _taken(limiter, key, 1_000), processes * 3))
    allowed = sum(standing.allowed for taken in found for standing in taken)
    assert allowed == 1_000


def test_few_requests_ask_the_cache(monkeypatch):
    asked, limiter = [], Limiter(SETTING)
    count = limiter._count
    monkeypatch.setattr(limiter, "_count", lambda *given: asked.append(given) or count(*given))
    with override_settings(**{SETTING: 10_000}):
        standings = _taken(limiter, str(new_id()), 1_000)
    assert [standing.remaining for standing in standings] == list(range(9_999, 8_999, -1))
    assert len(asked) == 10


def test_a_new_minute_is_a_new_beginning(clock):
    limiter, key = Limiter(SETTING), str(new_id())
    with override_settings(**{SETTING: 1}):
        assert [standing.allowed for standing in _taken(limiter, key, 2)] == [True, False]
        clock(59)
        assert limiter.take(key) == (False, 1, 0, 1)
        clock(60)
        assert [standing.allowed for standing in _taken(limiter, key, 2)] == [True, False]


def test_nothing_is_counted_where_there_is_no_limit():
    with override_settings(**{SETTING: 0}):
        assert Limiter(SETTING).take("anybody") is None


@pytest.fixture
def dead_cache():
    """The limiters' cache, where nobody listens."""
    rate_limits._storage.cache_clear()
    found = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=found):
        yield
    rate_limits._storage.cache_clear()


def test_without_the_cache_it_says_so_and_asks_again_only_after_a_rest(dead_cache, caplog):
    limiter = Limiter(SETTING)
    for _ in range(3):
        with pytest.raises(CacheDown):
            limiter.take("anybody")
    assert caplog.text.count("rate limits are not counted") == 1
    limiter._rests_until = 0.0
    with pytest.raises(CacheDown):
        limiter.take("anybody")
    assert limiter._rests_until > monotonic()
