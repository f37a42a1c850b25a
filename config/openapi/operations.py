"""What an endpoint's method is, as the tables of commands.py and queries.py say it."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from config.openapi import links
from config.openapi.headers import headers
from gate.checks import Check
from gate.fields import StrictSerializer
from orders_write.domain.errors import DomainError

Schema = dict[str, Any]
COMMAND_HEADERS = ("Idempotency-Key", "If-Match", "Correlation-Id")
QUERY_HEADERS = ("Consistency-Token", "Prefer", "Correlation-Id")
DONE_HEADERS = ("ETag", "Consistency-Token", "Idempotency-Replayed")
FOUND_HEADERS = ("Read-Position", "Read-Lag", "Preference-Applied", "Warning")
_READ = (400, 401, 403, 406, 414, 429, 503)
_WRITE = (400, 401, 403, 406, 411, 412, 413, 414, 415, 422, 429, 503)


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one endpoint.

    `more` is what its summary, the docstring of the view's method, does not say. `bodies` are alternatives, each with
    an example. `answers` are OpenAPI's responses by status; `shared` statuses are answered as everywhere.
    """

    id: str
    tag: Literal["orders", "payments", "fulfillment", "queries", "reports", "log"]
    more: str = ""
    query: Mapping[str, Check] = {}
    needed: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    bodies: tuple[type[StrictSerializer], ...] = ()
    examples: Mapping[str, Any] = {}
    answers: Schema = {}
    shared: tuple[int, ...] = ()
    refused: Iterable[type[DomainError]] = ()


def command(
    id: str,
    tag: Literal["orders", "payments", "fulfillment"],
    bodies: tuple[type[StrictSerializer], ...],
    answers: Schema,
    refused: Iterable[type[DomainError]],
    **more: Any,
) -> Operation:
    """Return the description of a command; `refused` are the errors of the domain that it may be answered with."""
    facts = {"headers": COMMAND_HEADERS, "shared": _WRITE} | more
    return Operation(id=id, tag=tag, bodies=bodies, answers=answers, refused=tuple(refused), **facts)


def query(id: str, tag: Literal["queries", "reports", "log"], answers: Schema, **more: Any) -> Operation:
    """Return the description of a query."""
    facts = {"headers": QUERY_HEADERS, "shared": _READ} | more
    return Operation(id=id, tag=tag, answers=answers, **facts)


def done(*statuses: str, then: Iterable[str], code: int = 200, made: str = "") -> Schema:
    """Return the answer of a command that is done, and the links to what may be asked then.

    `made` is the number that it gives to what it has made, which has an address of its own.
    """
    properties: Schema = {
        "order_id": {"type": "string", "format": "uuid"},
        "version": {"type": "integer", "minimum": 1, "description": "The order's, after the command."},
        "status": {"enum": list(statuses)},
        **({made: {"type": "integer", "minimum": 1}} if made else {}),
    }
    schema = {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}
    example: Schema = {"order_id": ORDER, "version": 4, "status": statuses[0], **({made: 2} if made else {})}
    names = (*DONE_HEADERS, "Location") if made or code == 201 else DONE_HEADERS
    found = found_as(schema, names, "Done.", example)
    return {str(code): found | {"links": links.to(then)}}


def found_as(schema: Schema, names: tuple[str, ...], description: str, example: Any = None) -> Schema:
    """Return a response whose body is JSON of a schema."""
    content = {"schema": schema} | ({} if example is None else {"example": example})
    return {"description": description, "headers": headers(*names), "content": {"application/json": content}}


def ref(*names: str) -> Schema:
    """Return a reference to a component's schema, or to one of several."""
    found = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return found[0] if len(found) == 1 else {"anyOf": found}


ORDER = "01890a5d-ac96-774b-bcce-b302099a8057"
