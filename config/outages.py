"""The dashboard while a server is down: it waits a second, and what cannot be had is a page that says so."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from config import patience
from config.dashboard import error_pages
from config.dashboard.page import DOWN
from orders_write.audit import NotRecorded

ADMIN = "/admin/"
log = structlog.get_logger(__name__)


class OutageMiddleware:
    """Bounds how long a page waits, and answers with a page when a server it cannot do without is down."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        if not request.path_info.startswith(ADMIN):
            return self.get_response(request)
        token = patience.silent.set(set())
        try:
            return self.get_response(request)
        finally:
            patience.silent.reset(token)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer what a page could not do without, or could not put on record."""
        if not request.path_info.startswith(ADMIN) or isinstance(error, UnreadablePostError):
            return None
        return answer(request, error)


def answer(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """Return the page for an error that means that a server is down, None for any other."""
    if isinstance(error, NotRecorded):
        return error_pages.page(request, 503, "Nothing was done", str(error))
    if not isinstance(error, DOWN):
        return None
    log.warning("a page could not be shown", error=type(error).__name__)
    return error_pages.unavailable(request)
