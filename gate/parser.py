"""One JSON parser for every endpoint: bounded, strict UTF-8, no duplicate keys, no numbers that lose anything.

A body without fault is read by msgspec, in a tenth of the time; whatever that cannot vouch for is read again by the
standard library, which finds the words for what is wrong.
"""

import json
import re
from collections.abc import Mapping
from typing import IO, Any, NoReturn

import msgspec
from django.conf import settings
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from gate.problems import Problem, invalid_field, malformed, too_large
from gate.text import BadText, clean

MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1
_LONG_INTEGER = re.compile(r"[0-9]{19}")
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


class UnusableNumber:
    """A number that would lose digits as a float or an integer; no field takes it."""


_decode = msgspec.json.Decoder(float_hook=lambda text: UnusableNumber()).decode


class StrictJSONParser(BaseParser):
    """Parses `application/json`; what it refuses is answered with a problem, and nothing has been done."""

    media_type = "application/json"
    limit = "MAX_BODY_BYTES"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the body's value.

        Raises:
            Problem: 413 over the setting that `limit` names, in bytes; 400 for what is not strict JSON.
        """
        return parse(_bounded(stream, (parser_context or {}).get("request"), getattr(settings, self.limit)))


class BatchParser(StrictJSONParser):
    """The same for a body that holds many commands."""

    limit = "MAX_BATCH_BODY_BYTES"


def body_of(request: Request) -> Any:
    """Return a request's parsed body, an empty object where there is none.

    Raises:
        Problem: 411 for a body of unknown length, which would be taken for none; else as the parser.
    """
    if "Transfer-Encoding" in request.headers and "Content-Length" not in request.headers:
        raise Problem(411, "length-required", "The body's length is needed", "Send the body with a Content-Length.")
    return request.data


def parse(body: bytes) -> Any:
    """Return the value of a JSON document, its texts in normal form C.

    Raises:
        Problem: it is not strict JSON; the detail says where.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise malformed(f"The body is not UTF-8 (byte {error.start}).") from error
    _check_depth(text)
    try:
        value = _read(text)
    except (ValueError, msgspec.DecodeError):
        return _cleaned(_read_with_care(text), "")
    return value if _is_plain(text) else _cleaned(value, "")


def _read(text: str) -> Any:
    """Read a document in which no key stands twice: there are as many keys as colons outside strings.

    Raises:
        ValueError, DecodeError: it is not known to be in order.
    """
    value = _decode(text)
    keys = _keys(value)
    if text.count(":") != keys and _STRINGS.sub("", text).count(":") != keys:
        raise ValueError("A key stands twice in one object.")
    return value


def _is_plain(text: str) -> bool:
    """Tell whether there is nothing to clean: no text that is not printable ASCII, no integer that may be too long."""
    return text.isascii() and text.isprintable() and "\\" not in text and not _LONG_INTEGER.search(text)


def _keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if isinstance(value, list) else 0


def _read_with_care(text: str) -> Any:
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_unusable, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise malformed(f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from error


def _bounded(stream: IO[bytes], request: Any, limit: int) -> bytes:
    if request is not None and int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise too_large(limit)
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise too_large(limit)
    return body


def _check_depth(text: str) -> None:
    """Count brackets outside strings before parsing, because the parser recurses."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", _STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise malformed(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise malformed(f"The key {twice!a} stands twice in one object.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise malformed(f"{name} is not JSON; write amounts as strings such as '12.50'.")


def _unusable(text: str) -> UnusableNumber:
    return UnusableNumber()


def _integer(text: str) -> int | UnusableNumber:
    return int(text) if len(text) < 20 and abs(int(text)) <= MAX_INTEGER else UnusableNumber()


def _cleaned(value: Any, path: str) -> Any:
    if isinstance(value, str):
        return _clean_text(value, path)
    if isinstance(value, list):
        return [_cleaned(item, f"{path}.{number}" if path else str(number)) for number, item in enumerate(value)]
    if isinstance(value, dict):
        return {_clean_text(key, path): _cleaned(item, f"{path}.{key}" if path else key) for key, item in value.items()}
    return UnusableNumber() if isinstance(value, int) and abs(value) > MAX_INTEGER else value


def _clean_text(text: str, path: str) -> str:
    try:
        return clean(text)
    except BadText as error:
        raise _bad_text(path, str(error)) from error


def _bad_text(path: str, sentence: str) -> Problem:
    return invalid_field(ascii(path)[1:-1] or "body", sentence)
