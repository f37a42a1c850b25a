"""Every exception of an API view becomes an answer: problem details with a stable type (RELIABILITY R11)."""

import sys
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions as drf
from rest_framework.response import Response

from config import outages
from config.dashboard import error_pages
from config.outages import ADMIN
from gate.problems import MEDIA_TYPE, Problem, invalid_body, too_large
from orders_write.answers import refusal
from orders_write.domain.errors import DomainError
from orders_write.event_store import ConcurrencyConflict

log = structlog.get_logger(__name__)
_TITLES = {
    401: ("not-authenticated", "Authentication is needed"),
    403: ("not-allowed", "This is not allowed"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This address does not take that method"),
    406: ("not-acceptable", "The answer comes as JSON only"),
    415: ("unsupported-media-type", "The body must be application/json"),
    429: ("too-many-requests", "Too many requests"),
}


def problem_of(error: Exception, context: dict[str, Any]) -> Response:
    """Return the answer to an exception that an API view raised (DRF's EXCEPTION_HANDLER)."""
    request = context["request"]
    return _problem(error, request).response(request.path)


def _problem(error: Exception, request: Any) -> Problem:
    match error:
        case Problem():
            return error
        case DomainError() | ConcurrencyConflict():
            return refusal(error, conditional="If-Match" in request.headers)
        case drf.ValidationError():
            return invalid_body(error)
        case Http404() | PermissionDenied() | drf.APIException():
            return _framework(error)
        case RequestDataTooBig():
            return too_large(_limit())
        case SuspiciousOperation():
            return Problem(400, "invalid-input", "The request is not valid", str(error))
        case DatabaseError() | InterfaceError():
            return _database(error)
        case _:
            return _unexpected(error)


def _framework(error: Exception) -> Problem:
    if not isinstance(error, drf.APIException):
        error = drf.NotFound() if isinstance(error, Http404) else drf.PermissionDenied()
    status = error.status_code
    name, title = _TITLES.get(status, ("malformed-body", "The request cannot be read"))
    headers = {"WWW-Authenticate": error.auth_header} if hasattr(error, "auth_header") else {}
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    return Problem(status, name, title, str(error.detail), headers=headers)


def _database(error: Exception) -> Problem:
    if isinstance(error, DataError):
        log.error("the input gate let something through", error=type(error).__name__)
        return Problem(400, "invalid-input", "The input is not valid", "A value cannot be stored; nothing was done.")
    if not isinstance(error, OperationalError | InterfaceError):
        return _unexpected(error)
    log.warning("database not available", error=type(error).__name__)
    sentence = "A database does not answer at the moment; repeat the request. What became of it is not known."
    return Problem(503, "not-available", "Not available at the moment", sentence, headers={"Retry-After": "2"})


def _unexpected(error: Exception) -> Problem:
    log.error("unexpected error", error=type(error).__name__, exc_info=error)
    sentence = "This is a defect of the service; its log has the Correlation-Id of this answer."
    return Problem(500, "internal-error", "Something unexpected happened", sentence)


def _limit() -> int:
    from django.conf import settings

    return int(settings.MAX_BODY_BYTES)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for an address that does not exist (Django's handler404)."""
    if request.path_info.startswith(ADMIN):
        return error_pages.not_found(request)
    sentence = "There is no such address; README lists those there are."
    return _plain(Problem(404, "not-found", "There is nothing here", sentence), request)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for what an account may not do outside the API's views (Django's handler403)."""
    if request.path_info.startswith(ADMIN):
        return error_pages.not_allowed(request)
    return _plain(_framework(PermissionDenied()), request)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a request that Django itself refuses (Django's handler400)."""
    if request.path_info.startswith(ADMIN):
        return error_pages.bad_request(request)
    return _plain(Problem(400, "invalid-input", "The request is not valid", "The request cannot be read."), request)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an error outside the API's views (Django's handler500)."""
    if request.path_info.startswith(ADMIN):
        return outages.answer(request, sys.exc_info()[1]) or error_pages.defect(request)
    sentence = "This is a defect of the service; its log has the Correlation-Id of this answer."
    return _plain(Problem(500, "internal-error", "Something unexpected happened", sentence), request)


def _plain(problem: Problem, request: HttpRequest) -> JsonResponse:
    return JsonResponse(problem.body(request.path), status=problem.status_code, content_type=MEDIA_TYPE)
