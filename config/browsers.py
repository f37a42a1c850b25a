"""What browsers need, and programs do not: sessions, users and messages.

A request to the API that brings a token has no session, so these are passed over; they would take a tenth of a short
query's time.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin


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
    """`request.user`."""


class Messages(_ForBrowsers, MessageMiddleware):
    """What a page says once."""
