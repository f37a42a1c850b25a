"""How the API refuses: RFC 9457 problem details, one shape for every error."""

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

MEDIA_TYPE = "application/problem+json"


class Problem(APIException):
    """An error with its answer: status, stable type, human title and detail, and what was wrong in which field."""

    def __init__(
        self,
        status: int,
        name: str,
        title: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status_code = status
        self.name, self.title, self.sentence, self.errors = name, title, detail, list(errors)
        self.headers, self.members = dict(headers or {}), members

    def body(self, instance: str = "") -> dict[str, Any]:
        """Return the members of the problem document; `instance` is the path that was asked for."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.name}",
            "title": self.title,
            "status": self.status_code,
            "detail": self.sentence,
            "instance": instance,
        }
        return body | ({"errors": self.errors} if self.errors else {}) | self.members

    def response(self, instance: str = "") -> Response:
        """Return the HTTP answer."""
        return Response(self.body(instance), self.status_code, headers=self.headers, content_type=MEDIA_TYPE)


def invalid(errors: Sequence[Mapping[str, str]]) -> Problem:
    """Build the answer to input that is wrong in some fields, each as {field, detail}."""
    fields = ", ".join(error["field"] for error in errors)
    return Problem(
        400, "invalid-input", "The input is not valid", f"Nothing was done; correct: {fields}.", errors=errors
    )


def invalid_field(field: str, detail: str) -> Problem:
    """Build the answer to input that is wrong in one field."""
    return invalid([{"field": field, "detail": detail}])


def invalid_body(error: ValidationError) -> Problem:
    """Build the answer to a body that its serializer refuses; nested errors become `items.0.quantity`-like fields."""
    return invalid(_fields(error.detail))


def _fields(detail: Any, path: str = "") -> list[dict[str, str]]:
    if isinstance(detail, dict):
        pairs = [(name, found) for name, found in detail.items() if found]
    elif isinstance(detail, list) and any(isinstance(found, dict | list) for found in detail):
        pairs = [(number, found) for number, found in enumerate(detail) if found]
    else:
        sentences = detail if isinstance(detail, list) else [detail]
        return [{"field": path or "body", "detail": str(sentence)} for sentence in sentences]
    return [error for name, found in pairs for error in _fields(found, _joined(path, str(name)))]


def _joined(path: str, name: str) -> str:
    if name == "non_field_errors":
        return path
    return f"{path}.{ascii(name)[1:-1]}" if path else ascii(name)[1:-1]


def malformed(detail: str) -> Problem:
    """Build the answer to a body that cannot be read at all."""
    return Problem(400, "malformed-body", "The body cannot be read", detail)


def too_large(limit: int) -> Problem:
    """Build the answer to a body over the limit, in bytes."""
    return Problem(413, "body-too-large", "The body is too large", f"A body has at most {limit} bytes; send less.")
