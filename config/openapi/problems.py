"""Every answer that refuses: per status, which problem types it may have, and what its headers are."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from config.openapi.headers import headers
from gate.problems import MEDIA_TYPE
from orders_write.domain import errors, fulfillment_errors
from orders_write.domain.errors import DomainError

Schema = dict[str, Any]


class Kind(NamedTuple):
    """Problems of one status: the name of the description, when it is answered, its types, its headers, an example."""

    name: str
    when: str
    types: tuple[str, ...]
    detail: str
    headers: tuple[str, ...] = ()


KINDS: Mapping[int, Kind] = {
    400: Kind(
        "InvalidInput",
        "Something is wrong in the request; `errors` names each field, parameter or header. Nothing was done.",
        ("invalid-input", "malformed-body"),
        "Nothing was done; correct: quantity.",
    ),
    401: Kind(
        "NotAuthenticated",
        "Nobody is known by this token, or there is none.",
        ("not-authenticated",),
        "The token is not valid; make a new one with `manage.py create_token`.",
        ("WWW-Authenticate",),
    ),
    403: Kind(
        "NotAllowed",
        "Your role may not do this; it is decided before anything is looked up.",
        ("not-allowed",),
        "This is not for the role service; it is for: auditor, customer, operator.",
    ),
    404: Kind(
        "NotFound",
        "There is no such thing that you may see.",
        ("not-found",),
        "There is no such address; README lists those there are.",
    ),
    406: Kind(
        "NotAcceptable",
        "None of the media types, or not the version, that `Accept` names can be answered.",
        ("not-acceptable",),
        "Could not satisfy the request Accept header.",
    ),
    409: Kind(
        "Conflict",
        "A rule refuses it (`type` says which, `detail` the figures); or a race was lost ten times; or the same key is "
        "being used at this moment (then `Retry-After` says when to ask again).",
        ("concurrency-conflict", "request-in-progress"),
        "Another request with this Idempotency-Key is being carried out; ask again for its answer.",
        ("Retry-After", "Idempotency-Replayed"),
    ),
    411: Kind(
        "LengthRequired",
        "The body's length is not known.",
        ("length-required",),
        "Send the body with a Content-Length.",
    ),
    412: Kind(
        "PreconditionFailed",
        "The order is not at the version in `If-Match`; `current_version` says at which it is.",
        ("version-mismatch",),
        "Expected version 3, found 4.",
        ("Idempotency-Replayed",),
    ),
    413: Kind(
        "BodyTooLarge",
        "The body has more bytes than are read.",
        ("body-too-large",),
        "A body has at most 1000000 bytes; send less.",
    ),
    415: Kind(
        "UnsupportedMediaType",
        "The body is not `application/json`.",
        ("unsupported-media-type",),
        'Unsupported media type "text/plain" in request.',
    ),
    422: Kind(
        "KeyReused",
        "The `Idempotency-Key` was used for another request.",
        ("idempotency-key-reused",),
        "This Idempotency-Key was used for another request; make a new key for each command.",
    ),
    429: Kind(
        "TooManyRequests",
        "You have asked too often in this minute.",
        ("too-many-requests",),
        "There may be 12000 requests in 60 s; ask again in 7 s.",
        ("Retry-After",),
    ),
    503: Kind(
        "NotAvailable",
        "A database does not answer. What became of a command is not known: repeat it with the same key.",
        ("not-available",),
        "A database does not answer at the moment; repeat the request. What became of it is not known.",
        ("Retry-After",),
    ),
}
_LONG_ADDRESS = {
    "description": "The address, with its query, has more than 8,190 bytes. The web server itself says so, in HTML.",
    "content": {"text/html": {"schema": {"type": "string"}}},
}
_NAMES = {status: kind.name for status, kind in KINDS.items()} | {414: "AddressTooLong"}
TITLES = {"invalid-input": "The input is not valid"}
_NOT_FOUND = (errors.OrderNotFound, errors.LineNotFound, fulfillment_errors.FulfillmentNotFound)


def shared(statuses: Iterable[int]) -> Schema:
    """Return references to the answers that are the same wherever they are given."""
    return {str(status): {"$ref": f"#/components/responses/{_NAMES[status]}"} for status in statuses}


def responses() -> Schema:
    """Return those answers, by their names."""
    found = {kind.name: _response(status, kind.types) for status, kind in KINDS.items()}
    return found | {_NAMES[414]: _LONG_ADDRESS}


def refusals(found: Iterable[type[DomainError]]) -> Schema:
    """Return the answers of a command that the domain refuses with these errors: 404 and 409."""
    found = list(found)
    missing = [error.code for error in found if error in _NOT_FOUND]
    broken = [error.code for error in found if error not in _NOT_FOUND]
    answers = {"409": _response(409, [*broken, *KINDS[409].types])}
    return ({"404": not_found(*missing)} if missing else {}) | answers


def not_available(*types: str) -> Schema:
    """Return the answer about what cannot be told at the moment."""
    return _response(503, [*types, *KINDS[503].types])


def not_found(*types: str, more: tuple[str, ...] = ("Idempotency-Replayed",)) -> Schema:
    """Return the answer about what is not there."""
    return _response(404, [*types, *KINDS[404].types], more)


def _response(status: int, types: Iterable[str], more: tuple[str, ...] = ()) -> Schema:
    kind, names = KINDS[status], list(types)
    limited = {"type": {"enum": [f"/problems/{name}" for name in names]}, "status": {"const": status}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": limited}]}
    return {
        "description": f"{kind.when} Types: {', '.join(f'`{name}`' for name in names)}.",
        "headers": headers(*kind.headers, *more),
        "content": {MEDIA_TYPE: {"schema": schema}},
    }
