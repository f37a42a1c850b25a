"""The parts of addresses, and the headers of requests and answers: each described once, referred to by its name."""

from collections.abc import Mapping
from typing import Any

from gate.text import CLEAN

Schema = dict[str, Any]
ORDER = "01890a5d-ac96-774b-bcce-b302099a8057"
_NUMBER = {"type": "integer", "minimum": 1, "maximum": 999_999, "examples": [1]}
_TAG = r'^(W/)?"[0-9]{1,9}"$'
_TAGS = r'^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$'
_KEY = r'^("([ !#-\[\]-~]|\\["\\]){1,255}"|[!#-+\--:<-\[\]-~]{1,255})$'
_TOKEN = {"type": "string", "minLength": 1, "maxLength": 200, "examples": ["MTI3:kqfV0nCq1Yw"]}
_WHOLE = {"type": "integer", "minimum": 0}


def _path(name: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _asks(name: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": "header", "description": description, "schema": schema}


def _says(description: str, schema: Schema, **more: Any) -> Schema:
    return {"description": description, "schema": schema, **more}


PATH: Mapping[str, Schema] = {
    "order_id": _path("order_id", "The order.", {"type": "string", "format": "uuid", "examples": [ORDER]}),
    "customer_id": _path(
        "customer_id",
        "The customer.",
        {"type": "string", "minLength": 1, "maxLength": 64, "pattern": CLEAN, "examples": ["ada"]},
    ),
    "line": _path("line", "The number of the line, from 1.", _NUMBER),
    "fulfillment": _path("fulfillment", "The number of the fulfillment, from 1.", _NUMBER),
}
REQUEST: Mapping[str, Schema] = {
    "Idempotency-Key": _asks(
        "Idempotency-Key",
        "A new key for each thing that you want done, the same one when you ask again: it is done once, and the first "
        "answer is given again. Kept for 24 hours. 1 to 255 printable ASCII characters, quoted or not.",
        {"type": "string", "minLength": 1, "maxLength": 512, "pattern": _KEY, "examples": [f'"{ORDER}"']},
    ),
    "If-Match": _asks(
        "If-Match",
        "The ETag of the order that you have read: the command is carried out at that version, or answered with 412.",
        {"type": "string", "pattern": _TAG, "examples": ['"3"']},
    ),
    "If-None-Match": _asks(
        "If-None-Match",
        "ETags of what you have: the answer is 304 when the order is still at one of them.",
        {"type": "string", "maxLength": 1_000, "pattern": _TAGS, "examples": ['"3"']},
    ),
    "Consistency-Token": _asks(
        "Consistency-Token",
        "The token that a command answered: the query waits until its answer shows what that command has done.",
        _TOKEN,
    ),
    "Prefer": _asks(
        "Prefer",
        "`wait=N`: wait at most so many seconds for what the answer must show (RFC 7240). Queries wait 2 s by default, "
        "customers and reports 5 s, the feed not at all; nobody waits longer than 10 s. `count=exact`: a numbered page "
        "of a search, or of a product's orders, counts them up to 10,000, which takes longer.",
        {"type": "string", "examples": ["wait=2", "count=exact"]},
    ),
    "Correlation-Id": _asks(
        "Correlation-Id",
        "A UUID that goes with what you do, into logs, events and answers; without one the service makes one.",
        {"type": "string", "examples": [ORDER]},
    ),
}
RESPONSE: Mapping[str, Schema] = {
    "Correlation-Id": _says("Yours, or a new one.", {"type": "string", "format": "uuid"}, required=True),
    "ETag": _says(
        "The order's version, quoted; weak when the answer is compressed.",
        {"type": "string", "pattern": _TAG, "examples": ['"4"']},
        required=True,
    ),
    "Consistency-Token": _says("Sent with a query, lets it wait for what this command has done.", _TOKEN),
    "Location": _says("Where what was made is found.", {"type": "string", "pattern": "^/api/orders/"}),
    "Idempotency-Replayed": _says(
        "It was done before under this key, and this is the answer of then.",
        {"type": "string", "enum": ["true"]},
    ),
    "Read-Position": _says("How far the answer's read model had come; opaque.", _TOKEN, required=True),
    "Read-Lag": _says(
        "All that was recorded more than so many seconds ago is in the answer.", {"type": "number", "minimum": 0}
    ),
    "Preference-Applied": _says(
        "The preferences that were followed.",
        {"type": "string", "pattern": "^(wait=[0-9]+|wait=[0-9]+, count=exact|count=exact)$"},
    ),
    "Warning": _says(
        'The wait ran out: `110 - "Response is stale"`.',
        {"type": "string", "pattern": "^110 "},
    ),
    "Retry-After": _says("Ask again in so many seconds.", _WHOLE),
    "WWW-Authenticate": _says("How to say who you are.", {"type": "string", "examples": ['Bearer realm="daybook"']}),
    "Content-Disposition": _says("The name of the file.", {"type": "string"}),
    "RateLimit-Limit": _says("How many requests a minute you may send.", _WHOLE),
    "RateLimit-Policy": _says("The same, with the window in seconds: `12000;w=60`.", {"type": "string"}),
    "RateLimit-Remaining": _says("How many of them are left.", _WHOLE),
    "RateLimit-Reset": _says("In how many seconds the next minute begins.", _WHOLE),
}
EVERY_ANSWER = ("Correlation-Id", "RateLimit-Limit", "RateLimit-Policy", "RateLimit-Remaining", "RateLimit-Reset")


def headers(*names: str) -> Schema:
    """Return the headers of an answer: these, and those that every answer has."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, *EVERY_ANSWER)}


def parameters(*names: str) -> list[Schema]:
    """Return references to parameters."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]
