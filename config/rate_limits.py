"""Counts every request to the API, per address and per token, and every attempt to sign in; says so in headers."""

import hashlib
import ipaddress
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from config.dashboard import error_pages
from gate.problems import MEDIA_TYPE, Problem
from gate.rate_limits import WINDOW_SECONDS, CacheDown, Limiter, Standing

API, LOGIN = "/api/", "/admin/login/"
_NETWORK_BITS = 64  # of an IPv6 address: whoever has one has all of its network
_by_address, _by_token = Limiter("RATE_LIMIT_PER_ADDRESS"), Limiter("RATE_LIMIT_PER_TOKEN")
_by_login = Limiter("LOGIN_LIMIT_PER_ADDRESS")


class RateLimitMiddleware:
    """Refuses what is too much with 429, before anything else is done for it.

    Without the cache nobody can count: the API then answers everybody, and nobody signs in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request, if it may be handled."""
        if request.path_info == LOGIN and request.method == "POST":
            return _refused_login(request) or self.get_response(request)
        if not request.path_info.startswith(API):
            return self.get_response(request)
        standings = _standings(request)
        refused = next((one for one in standings if not one.allowed), None)
        response = _too_many(refused, request) if refused else self.get_response(request)
        if standings:
            _describe(response, refused or min(standings, key=lambda one: one.remaining))
        return response


def _standings(request: HttpRequest) -> list[Standing]:
    """Count the request; a token is counted only where its address may ask, and where it is a token or not."""
    try:
        address = _by_address.take(_address_of(request))
        if address and not address.allowed:
            return [address]
        token = _by_token.take(key) if (key := _token_of(request)) else None
    except CacheDown:
        return []
    return [one for one in (address, token) if one]


def _refused_login(request: HttpRequest) -> HttpResponse | None:
    try:
        standing = _by_login.take(_address_of(request))
    except CacheDown:
        return _nobody_signs_in(request)
    return None if standing is None or standing.allowed else _too_many_logins(standing, request)


def _nobody_signs_in(request: HttpRequest) -> HttpResponse:
    sentence = "Attempts to sign in cannot be counted at the moment, so nobody signs in; try again soon."
    response = error_pages.page(request, 503, "Signing in is not possible now", sentence)
    response["Retry-After"] = "2"
    return response


def _too_many_logins(standing: Standing, request: HttpRequest) -> HttpResponse:
    response = error_pages.too_many(request, standing.reset_seconds)
    response["Retry-After"] = str(standing.reset_seconds)
    return response


def _too_many(standing: Standing, request: HttpRequest) -> HttpResponse:
    sentence = f"There may be {standing.limit} requests in {WINDOW_SECONDS} s; ask again in {standing.reset_seconds} s."
    problem = Problem(429, "too-many-requests", "Too many requests", sentence)
    response = JsonResponse(problem.body(request.path), status=429, content_type=MEDIA_TYPE)
    response["Retry-After"] = str(standing.reset_seconds)
    return response


def _describe(response: HttpResponse, standing: Standing) -> None:
    """Say where the client stands, as the IETF's draft on RateLimit headers has it."""
    response["RateLimit-Limit"] = str(standing.limit)
    response["RateLimit-Policy"] = f"{standing.limit};w={WINDOW_SECONDS}"
    response["RateLimit-Remaining"] = str(standing.remaining)
    response["RateLimit-Reset"] = str(standing.reset_seconds)


def _token_of(request: HttpRequest) -> str:
    """Return what stands for the credentials in the cache: never they themselves."""
    given = request.META.get("HTTP_AUTHORIZATION", "")
    return hashlib.sha256(given.encode()).hexdigest()[:32] if given else ""


def _address_of(request: HttpRequest) -> str:
    """Return the network of the client."""
    return _network(client_address(request))


def client_address(request: HttpRequest) -> str:
    """Return the address of the client; behind a trusted proxy, the one that the proxy saw."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.TRUST_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=10_000)
def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, _NETWORK_BITS), strict=False))
