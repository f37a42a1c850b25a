"""Gives every request a correlation id: the caller's, or a new one; it is in every log line, event and answer."""

from collections.abc import Callable
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse

from orders_write.ids import new_id


class CorrelationMiddleware:
    """Sets `request.correlation_id`, binds it to the log, and returns it in the header `Correlation-Id`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request under its correlation id."""
        correlation_id = _given(request) or new_id()
        request.correlation_id = correlation_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation_id=str(correlation_id))
        response = self.get_response(request)
        response["Correlation-Id"] = str(correlation_id)
        return response


def _given(request: HttpRequest) -> UUID | None:
    """Return the caller's id, None when there is none or it is no UUID (then a new one is made)."""
    try:
        return UUID(request.META.get("HTTP_CORRELATION_ID", ""))
    except ValueError:
        return None
