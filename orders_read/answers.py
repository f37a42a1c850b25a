"""What every answer to a query says of itself: how far its read model has come, and whether that is stale."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec
from django.http import HttpResponse, StreamingHttpResponse

from gate.consistency import token_of
from orders_read.query_bus import Answer

_CHUNK = 200
_FORMULA = ("=", "+", "-", "@")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
Row = Mapping[str, Any]


def headers_of(answer: Answer, *followed: str) -> dict[str, str]:
    """Return the headers of an answer; `followed` are preferences that were, besides the one for waiting."""
    headers = {"Read-Position": token_of(answer.progress.position), "Cache-Control": "private, no-cache"}
    if answer.progress.lag is not None:
        headers["Read-Lag"] = f"{answer.progress.lag:.3f}"
    if answer.waited is not None:
        followed = (f"wait={answer.waited}", *followed)
    if followed:
        headers["Preference-Applied"] = ", ".join(followed)
    if answer.stale:
        headers["Warning"] = '110 - "Response is stale"'
    return headers


def json(answer: Answer, body: Mapping[str, Any], *followed: str, **headers: str) -> HttpResponse:
    """Return an answer with a JSON object, which says whether it is stale; `followed` as in `headers_of`."""
    content = msgspec.json.encode({**body, "stale": answer.stale})
    return HttpResponse(content, "application/json", headers=headers_of(answer, *followed) | headers)


def not_modified(answer: Answer, tag: str) -> HttpResponse:
    """Return the answer to somebody who has it already."""
    response = HttpResponse(status=304, headers=headers_of(answer) | {"ETag": tag})
    del response["Content-Type"]
    return response


def streamed_json(answer: Answer, body_of: Callable[[Any], Row]) -> StreamingHttpResponse:
    """Return the rows of an answer as `{"items": […], "stale": …}`, some at a time."""
    chunks = _json_chunks(answer, body_of)
    return StreamingHttpResponse(chunks, content_type="application/json", headers=headers_of(answer))


def streamed_csv(
    answer: Answer, body_of: Callable[[Any], Row], columns: Sequence[str], name: str
) -> StreamingHttpResponse:
    """Return the rows of an answer as a CSV file with a line of column names, some at a time."""
    headers = headers_of(answer) | {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    chunks = _csv_chunks(answer, body_of, columns)
    return StreamingHttpResponse(chunks, content_type="text/csv; charset=utf-8; header=present", headers=headers)


def _json_chunks(answer: Answer, body_of: Callable[[Any], Row]) -> Iterator[bytes]:
    yield b'{"items":['
    for number, bodies in enumerate(_bodies(answer, body_of)):
        yield b"," * (number > 0) + msgspec.json.encode(bodies)[1:-1]
    yield b'],"stale":' + msgspec.json.encode(answer.stale) + b"}"


def _csv_chunks(answer: Answer, body_of: Callable[[Any], Row], columns: Sequence[str]) -> Iterator[str]:
    yield _lines([columns])
    for bodies in _bodies(answer, body_of):
        yield _lines([_cell(body[column]) for column in columns] for body in bodies)


def _bodies(answer: Answer, body_of: Callable[[Any], Row]) -> Iterator[list[Row]]:
    rows = iter(answer.found)
    while found := [body_of(row) for row in islice(rows, _CHUNK)]:
        yield found


def _lines(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Keep spreadsheets from taking a text for a formula: names of products are anybody's."""
    is_formula = isinstance(value, str) and value.startswith(_FORMULA) and not _NUMBER.fullmatch(value)
    return f"'{value}" if is_formula else value
