"""How a command is answered over HTTP: with what it has led to, or with the reason why nothing was done."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse

from gate.consistency import token_of
from gate.problems import MEDIA_TYPE, Problem, invalid_field
from orders_write.command_bus import Result
from orders_write.domain.errors import DomainError, InvalidCommand, LineNotFound, OrderNotFound
from orders_write.domain.events import ItemsFulfilled, OrderCreated, OrderItemAdded
from orders_write.domain.fulfillment_errors import FulfillmentNotFound
from orders_write.event_store import ConcurrencyConflict, NewEvent

_POSITION = "Consistency-Token"
_NOT_FOUND: Mapping[type[Exception], str] = {
    OrderNotFound: "There is no such order",
    LineNotFound: "The order has no such line",
    FulfillmentNotFound: "The order has no such fulfillment",
}


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """An HTTP answer that can be kept and given again: its status, the headers that matter, and its body as JSON.

    `last`: it is kept together with events, before they have positions; this is the last one's stream and version.
    """

    status: int
    headers: dict[str, str]
    body: str
    last: tuple[UUID, int] | None = None

    def kept(self, last: NewEvent | None) -> "Told":
        """Return the answer as it is kept, without what follows from a position."""
        if last is None:
            return self
        headers = {name: value for name, value in self.headers.items() if name != _POSITION}
        return Told(self.status, headers, self.body, (last.stream_id, last.version))

    def at(self, position: int) -> "Told":
        """Return a kept answer as it was given when its last event had been stored at a position."""
        return Told(self.status, self.headers | {_POSITION: token_of(position)}, self.body)

    def response(self, **headers: str) -> HttpResponse:
        """Return the answer, with some headers more."""
        return HttpResponse(self.body, status=self.status, headers=self.headers | headers)


def done(result: Result, status: str, code: int) -> Told:
    """Tell what a command has led to, and where what it has made can be found."""
    headers = {"ETag": f'"{result.version}"', _POSITION: token_of(result.position)}
    return told(code, body_of_result(result, status), headers | _location(result))


def body_of_result(result: Result, status: str) -> dict[str, Any]:
    """Return the order's id and version, `status` for what happened, and the number of a line or fulfillment made."""
    body = {"order_id": str(result.order_id), "version": result.version, "status": status}
    match result.events:
        case (OrderItemAdded(line=line),):
            return body | {"line": line.line}
        case (ItemsFulfilled(fulfillment=fulfillment),):
            return body | {"fulfillment": fulfillment}
    return body


def _location(result: Result) -> dict[str, str]:
    order = f"/api/orders/{result.order_id}"
    match result.events:
        case (OrderCreated(), *_):
            return {"Location": order}
        case (OrderItemAdded(line=line),):
            return {"Location": f"{order}/items/{line.line}"}
        case (ItemsFulfilled(fulfillment=fulfillment),):
            return {"Location": f"{order}/fulfillments/{fulfillment}"}
    return {}


def refused(error: DomainError | ConcurrencyConflict, instance: str, *, conditional: bool) -> Told:
    """Tell why nothing was done; `instance` is the path that was asked for, `conditional` whether by If-Match."""
    problem = refusal(error, conditional=conditional)
    return told(problem.status_code, problem.body(instance), problem.headers, MEDIA_TYPE)


def refusal(error: DomainError | ConcurrencyConflict, *, conditional: bool) -> Problem:
    """Return the problem that a refused command is: 404, 409, 412 or, when its input is at fault, 400."""
    if isinstance(error, ConcurrencyConflict):
        return _conflict(error, conditional=conditional)
    if isinstance(error, InvalidCommand):
        return invalid_field(error.field, error.detail)
    missing = _NOT_FOUND.get(type(error))
    return Problem(404 if missing else 409, error.code, missing or "A rule refuses this", error.detail)


def _conflict(error: ConcurrencyConflict, *, conditional: bool) -> Problem:
    found: dict[str, Any] = {} if error.found_version is None else {"current_version": error.found_version}
    if conditional:
        return Problem(412, error.code, "The order has changed", str(error), **found)
    return Problem(409, "concurrency-conflict", "The order was changed at the same time", str(error), **found)


def told(code: int, body: Any, headers: Mapping[str, str], content_type: str = "application/json") -> Told:
    """Return an answer with a body of JSON."""
    return Told(code, {"Content-Type": content_type} | dict(headers), msgspec.json.encode(body).decode())
