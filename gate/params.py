"""The parts of an address: query parameters, path parts and headers, checked as strictly as a body."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import UUID

from rest_framework.request import Request

from gate.fields import AMOUNT, CANONICAL_UUID
from gate.problems import invalid, invalid_field
from gate.text import clean

Check = Callable[[str], Any]
_VERSION_TAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')
_KEY = re.compile(r""""((?:[ !#-\[\]-~]|\\["\\]){1,255})"|([!#-+\--:<-\[\]-~]{1,255})""")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:]{8}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})")
_DAY = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")


def text(limit: int) -> Check:
    """Return a check for a text of up to `limit` characters."""

    def check(value: str) -> str:
        if len(value) > limit:
            raise ValueError(f"This has at most {limit} characters, not {len(value)}.")
        return clean(value).strip()

    return check


def number(low: int, high: int) -> Check:
    """Return a check for a whole number from `low` to `high`."""

    def check(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise ValueError(f"This must be a whole number from {low} to {high}.")
        return int(value)

    return check


def one_of(choices: Sequence[str]) -> Check:
    """Return a check for one of some words."""

    def check(value: str) -> str:
        if value not in choices:
            raise ValueError(f"This must be one of: {', '.join(choices)}.")
        return value

    return check


def moment(value: str) -> datetime:
    """Check a time with an offset from UTC, as in RFC 3339, and return it in UTC."""
    sentence = "This must be a time with its offset, such as 2026-11-21T09:30:00Z; in an address, write + as %2B."
    if not _MOMENT.fullmatch(value):
        raise ValueError(sentence)
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(sentence) from error


def day(value: str) -> date:
    """Check a day such as 2026-11-21."""
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("This must be a day such as 2026-11-21.")


def month(value: str) -> date:
    """Check a month such as 2026-11, and return its first day."""
    try:
        return day(f"{value}-01")
    except ValueError:
        raise ValueError("This must be a month such as 2026-11.") from None


def amount(value: str) -> Decimal:
    """Check an exact amount, such as 12.50."""
    if not AMOUNT.fullmatch(value):
        raise ValueError("This must be an amount such as 12.50: up to 12 digits, and up to 4 decimals after a point.")
    return Decimal(value)


def identifier(value: str) -> UUID:
    """Check a UUID in its canonical form."""
    if not CANONICAL_UUID.fullmatch(value):
        raise ValueError("This must be a UUID such as '01890a5d-ac96-774b-bcce-b302099a8057'.")
    return UUID(value)


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
