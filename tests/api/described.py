"""A client of the HTTP API that holds every answer against the API's description."""

import gzip
import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from rest_framework.test import APIClient

from config.openapi.document import description

PAGES = ("/api/docs", "/api/redoc")


class DescribedClient(APIClient):
    """Fails where an answer's status, media type, headers or body are not as the description has them."""

    def request(self, **kwargs: Any) -> HttpResponse:
        """Send a request, and check what it is answered with."""
        answer = super().request(**kwargs)
        check(kwargs["REQUEST_METHOD"], kwargs["PATH_INFO"], answer)
        return answer


def check(method: str, path: str, answer: Any) -> None:
    """Hold an answer against the description; what is no operation of the API is answered with 404 or 405."""
    operation = _operation("GET" if method == "HEAD" else method, path)
    if operation is None:
        described = not path.startswith("/api/") or path in PAGES or method == "OPTIONS"
        assert described or answer.status_code in (404, 405), f"{method} {path}: {answer.status_code} of no operation"
        return
    status = str(answer.status_code)
    assert status in operation["responses"], f"{method} {path}: {status} is not described"
    described = resolved(operation["responses"][status])
    for name, header in described["headers"].items():
        found, facts = answer.get(name), resolved(header)
        assert found is not None or not facts.get("required"), f"{method} {path}: {status} has no {name}"
    content = described.get("content", {})
    media_type = answer.get("Content-Type", "").partition(";")[0]
    assert media_type in content or not (media_type or content), f"{method} {path}: {status} is {media_type}"
    if media_type.endswith("json") and method != "HEAD":
        _validator(operation["operationId"], status, media_type).validate(json.loads(_content(answer)))


def _content(answer: Any) -> bytes:
    found = bytes(answer.getvalue())
    if answer.streaming:
        answer.streaming_content = [found]  # for whoever reads it next
    return gzip.decompress(found) if answer.get("Content-Encoding") == "gzip" else found


def _operation(method: str, path: str) -> Any:
    try:
        route = "/" + resolve(path).route
    except Resolver404:
        return None
    return description()["paths"].get(re.sub(r"<\w+:(\w+)>", r"{\1}", route), {}).get(method.lower())


def resolved(found: Any) -> Any:
    """Return what a reference refers to."""
    while "$ref" in found:
        target: Any = description()
        for name in found["$ref"].split("/")[1:]:
            target = target[name]
        found = target
    return found


def validator(schema: Any) -> Any:
    """Return the validator of a schema of the description."""
    whole = {**schema, "components": description()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


@cache
def _validator(operation_id: str, status: str, media_type: str) -> Any:
    operations = (one for path in description()["paths"].values() for one in path.values())
    operation = next(one for one in operations if one["operationId"] == operation_id)
    return validator(resolved(operation["responses"][status])["content"][media_type]["schema"])
