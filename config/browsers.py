"""What browsers need, and programs do not: sessions, users and messages.

A request to the API that brings a token has no session, so these are passed over; they would take a tenth of a short
query's time.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject

from config.dashboard import error_pages, remembered_users
from config.outages import ADMIN

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def _has_token(request: HttpRequest) -> bool:
    is_bearer = request.META.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer "
    return is_bearer and request.path_info.startswith("/api/")


class _ForBrowsers(MiddlewareMixin):
    """Passes a request to the API on that has a token."""

    def __call__(self, request: HttpRequest) -> Any:
        """Handle one request."""
        return self.get_response(request) if _has_token(request) else super().__call__(request)


class Sessions(_ForBrowsers, SessionMiddleware):
    """`request.session`."""


class Users(_ForBrowsers, AuthenticationMiddleware):
    """`request.user`; in the dashboard he is remembered while the database of the accounts is down, and only looks."""

    def process_request(self, request: HttpRequest) -> None:
        """Look nobody up before somebody asks."""
        super().process_request(request)
        if request.path_info.startswith(ADMIN):
            request.user = SimpleLazyObject(lambda: remembered_users.user_of(request))  # type: ignore[assignment]

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Let nobody change anything who is merely remembered."""
        is_safe = request.method in SAFE_METHODS or not request.path_info.startswith(ADMIN)
        is_known = is_safe or not remembered_users.is_remembered(request.user)
        return None if is_known else error_pages.unavailable(request)


class Messages(_ForBrowsers, MessageMiddleware):
    """What a page says once."""
