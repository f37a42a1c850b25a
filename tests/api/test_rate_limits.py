"""Rate limits over HTTP: per token, per address and per attempt to sign in; what happens when nobody can count."""

import pytest
from django.test import Client, override_settings

from config import rate_limits as middleware
from gate import rate_limits
from gate.rate_limits import CacheDown, Limiter
from orders_write.ids import new_id
from tests import tokens

SEARCH = "/api/orders/search"


@pytest.fixture
def visitor():
    """Return a function that asks from an address of this test's own."""
    address = f"2001:db8:{new_id().int % 65_536:x}:{new_id().int % 65_536:x}::1"

    def asks(token, path=SEARCH, **headers):
        return tokens.client(token).get(path, **({"REMOTE_ADDR": address} | headers))

    return asks


def _headers(answer):
    names = ("RateLimit-Limit", "RateLimit-Policy", "RateLimit-Remaining")
    return [answer.get(name) for name in names]


def test_a_token_that_asks_too_often_waits_for_the_next_minute(databases, visitor):
    with override_settings(RATE_LIMIT_PER_TOKEN=2):
        text = tokens.token(f"busy {new_id()}")
        answers = [visitor(text) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert [_headers(answer) for answer in answers] == [["2", "2;w=60", left] for left in ("1", "0", "0")]
        assert visitor(tokens.token()).status_code == 200
    refused = answers[2]
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit-Reset"] == refused["Retry-After"]
    assert refused["Correlation-Id"]
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json() == {
        "type": "/problems/too-many-requests",
        "title": "Too many requests",
        "status": 429,
        "detail": f"There may be 2 requests in 60 s; ask again in {refused['Retry-After']} s.",
        "instance": SEARCH,
    }


def test_an_address_that_guesses_tokens_is_stopped(databases, visitor):
    with override_settings(RATE_LIMIT_PER_ADDRESS=3):
        guesses = [visitor("dbk_" + letter * 43) for letter in "abcd"]
        assert [answer.status_code for answer in guesses] == [401, 401, 401, 429]
        assert visitor(tokens.token()).status_code == 429
        assert visitor(tokens.token(), REMOTE_ADDR="192.0.2.1").status_code == 200


def test_all_of_an_ipv6_network_is_one_address(databases, visitor):
    with override_settings(RATE_LIMIT_PER_ADDRESS=1):
        network = f"2001:db8:{new_id().int % 65_536:x}:{new_id().int % 65_536:x}"
        found = [visitor("", REMOTE_ADDR=f"{network}::{host}").status_code for host in ("1", "2:3")]
    assert found == [401, 429]


def test_behind_a_trusted_proxy_the_address_is_the_one_that_the_proxy_saw(databases, visitor):
    seen = f"198.51.100.{new_id().int % 250}, 2001:db8:ffff:{new_id().int % 65_536:x}::9"
    other = f"{seen.split(',')[0]}, 2001:db8:fffe:{new_id().int % 65_536:x}::9"
    with override_settings(RATE_LIMIT_PER_ADDRESS=1, TRUST_PROXY=True):
        found = [visitor("", HTTP_X_FORWARDED_FOR=value).status_code for value in (seen, seen, other)]
    assert found == [401, 429, 401]
    with override_settings(RATE_LIMIT_PER_ADDRESS=1):
        assert [visitor("", HTTP_X_FORWARDED_FOR=value).status_code for value in (seen, other)] == [401, 429]


def test_without_limits_nothing_is_said_about_them(databases, visitor):
    with override_settings(RATE_LIMIT_PER_TOKEN=0, RATE_LIMIT_PER_ADDRESS=0):
        assert _headers(visitor(tokens.token())) == [None, None, None]


def test_health_is_not_counted(databases, visitor):
    with override_settings(RATE_LIMIT_PER_ADDRESS=1):
        assert [visitor("", "/healthz").status_code for _ in range(3)] == [200, 200, 200]


@pytest.fixture
def nobody_counts(monkeypatch):
    """The cache is down for the limiters alone, which have not asked it before."""
    monkeypatch.setattr(rate_limits, "_storage", _down)
    for name in ("_by_address", "_by_token", "_by_login"):
        monkeypatch.setattr(middleware, name, Limiter(getattr(middleware, name)._setting))


def _down():
    raise rate_limits.RedisError("down")


def test_the_api_answers_while_nobody_can_count(databases, visitor, nobody_counts):
    with pytest.raises(CacheDown):
        Limiter("RATE_LIMIT_PER_TOKEN").take("anybody")
    answer = visitor(tokens.token(f"unseen {new_id()}"))
    assert (answer.status_code, _headers(answer)) == (200, [None, None, None])


SIGN_IN = {"username": "admin", "password": "guess"}


def test_nobody_signs_in_while_nobody_can_count(databases, nobody_counts):
    answer = Client(REMOTE_ADDR="192.0.2.7").post("/admin/login/", SIGN_IN)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert Client().get("/admin/login/").status_code == 200


def test_passwords_are_not_guessed_quickly(databases):
    client = Client(REMOTE_ADDR=f"2001:db8:{new_id().int % 65_536:x}:{new_id().int % 65_536:x}::1")
    with override_settings(LOGIN_LIMIT_PER_ADDRESS=2):
        answers = [client.post("/admin/login/", SIGN_IN) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"]
