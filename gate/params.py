"""The parts of an address: query parameters, path parts and headers, checked as strictly as a body."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import UUID

from rest_framework.request import Request

from gate.checks import Check, number, text
from gate.fields import CANONICAL_UUID
from gate.problems import invalid, invalid_field

_VERSION_TAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')
_KEY = re.compile(r""""((?:[ !#-\[\]-~]|\\["\\]){1,255})"|([!#-+\--:<-\[\]-~]{1,255})""")


def read_query(request: Request, checks: Mapping[str, Check]) -> dict[str, Any]:
    """Return the checked query parameters; one that is missing or empty is left out.

    Raises:
        Problem: 400, naming every parameter that is unknown, repeated or wrong.
    """
    _check_encoding(request.META.get("QUERY_STRING", ""))
    values, errors = {}, []
    for name, given in request.query_params.lists():
        try:
            if found := _checked(name, given, checks):
                values[name] = found[0]
        except ValueError as error:
            errors.append({"field": ascii(name[:64])[1:-1], "detail": str(error)})
    if errors:
        raise invalid(errors)
    return values


def _checked(name: str, given: Sequence[str], checks: Mapping[str, Check]) -> tuple[Any] | None:
    if name not in checks:
        raise ValueError(f"There is no such parameter; there are: {', '.join(checks) or 'none'}.")
    if len(given) > 1:
        raise ValueError("This parameter may stand once only.")
    return (checks[name](given[0]),) if given[0] else None


def _check_encoding(query: str) -> None:
    try:
        unquote_to_bytes(query).decode("utf-8")
    except UnicodeDecodeError as error:
        raise invalid_field("query", "The query string is not UTF-8; percent-encode UTF-8 bytes.") from error


def order_id_of(value: str) -> UUID:
    """Return the order id in a path.

    Raises:
        Problem: 400, it is not a UUID.
    """
    if not CANONICAL_UUID.fullmatch(value):
        raise invalid_field("order_id", "An order's id is a UUID such as '01890a5d-ac96-774b-bcce-b302099a8057'.")
    return UUID(value)


def customer_id_of(value: str) -> str:
    """Return the customer id in a path.

    Raises:
        Problem: 400, it is too long or holds characters that are not let in.
    """
    try:
        return str(text(64)(value))
    except ValueError as error:
        raise invalid_field("customer_id", str(error)) from error


def number_of(name: str, value: str) -> int:
    """Return the number in a path, such as a line's.

    Raises:
        Problem: 400, it is none.
    """
    try:
        return int(number(1, 999_999)(value))
    except ValueError as error:
        raise invalid_field(name, str(error)) from error


def idempotency_key_of(request: Request) -> str | None:
    """Return the key in `Idempotency-Key`, quoted or bare, None without the header.

    Raises:
        Problem: 400, the header does not hold one key.
    """
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    if not (found := _KEY.fullmatch(header)):
        sentence = "This header holds one key, such as a UUID: 1 to 255 printable ASCII characters, quoted or not."
        raise invalid_field("Idempotency-Key", sentence)
    return re.sub(r"\\(.)", r"\1", found[1]) if found[1] else found[2]


def expected_version_of(request: Request) -> int | None:
    """Return the version that `If-Match` asks for, None without the header.

    A weak tag will do: the version tells orders apart whatever a proxy or a compressed answer has made of the tag.

    Raises:
        Problem: 400, the header is not an ETag of this API.
    """
    header = request.headers.get("If-Match")
    if header is None:
        return None
    if not (found := _VERSION_TAG.fullmatch(header)):
        raise invalid_field("If-Match", 'This header holds an ETag of this API, a quoted version such as "3".')
    return int(found[1])
