"""The one path of every command over HTTP: from the request to the bus, and from what it answers to the response."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID, uuid5

import msgspec
from django.http import HttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from gate.bodies import Body, checked
from gate.checks import text
from gate.consistency import token_of
from gate.params import expected_version_of, idempotency_key_of, read_query
from gate.parser import body_of
from gate.permissions import actor_of
from gate.problems import invalid_body, invalid_field
from orders_write import command_bus
from orders_write.answers import Told, body_of_result, done, refusal, refused, told
from orders_write.command_bus import Answer, Asked, Context, Result
from orders_write.domain.commands import Command
from orders_write.domain.errors import DomainError
from orders_write.event_store import ConcurrencyConflict
from orders_write.idempotency import AnsweredBefore, DoneOnce, KeyedRequest, Tell
from orders_write.ids import new_id
from orders_write.serializers import ReasonToDeleteBody

REASON = {"reason": text(500)}


def given(request: Request, body: type[Body]) -> dict[str, Any]:
    """Return the checked body of a request that takes no query parameters.

    Raises:
        Problem, ValidationError: it has some, or the body is not as it must be.
    """
    read_query(request, {})
    return checked(body, body_of(request))


def reason_of(request: Request) -> str:
    """Return the reason of a DELETE, which is in the query, in the body, or the same in both.

    Raises:
        Problem, ValidationError: there is no reason, or there are two.
    """
    reason = read_query(request, REASON).get("reason")
    given: str | None = checked(ReasonToDeleteBody, body_of(request)).get("reason")
    if reason and given and reason != given:
        raise ValidationError({"reason": ["The query and the body give different reasons; give one."]})
    if not (said := reason or given):
        raise ValidationError({"reason": ["Say why, in the query or in the body."]})
    return said


def carry_out(
    request: Request, command: Command, status: str, code: int = 200, *, id_is_new: bool = False
) -> HttpResponse:
    """Carry out a command; its answer says `status`, a past participle, with the HTTP status `code`."""
    expected = expected_version_of(request)

    def tell(answers: Sequence[Answer]) -> Told:
        if isinstance(answers[0], Result):
            return done(answers[0], status, code)
        return refused(answers[0], request.path, conditional=expected is not None)

    return _carried_out(request, [command], tell, expected, id_is_new=id_is_new)


def make(request: Request, command: Command, status: str, *, id_is_new: bool) -> HttpResponse:
    """Carry out a command that makes an order, under an id of the client's or one that `is_new`.

    Raises:
        Problem: 400, the request names a version that the order cannot have.
    """
    _without_version(request)
    return carry_out(request, command, status, 201, id_is_new=id_is_new)


def make_each(request: Request, commands: Sequence[Command | ValidationError], status: str) -> HttpResponse:
    """Carry out commands that make orders, each for itself; one that could not be read is answered with its errors.

    Raises:
        Problem: 400, the request names a version.
    """
    _without_version(request)

    def tell(answers: Sequence[Answer]) -> Told:
        left = iter(answers)
        found = [command if isinstance(command, ValidationError) else next(left) for command in commands]
        return _told_each(found, request.path, status)

    return _carried_out(request, [command for command in commands if isinstance(command, Command)], tell, None)


def _told_each(found: Sequence[Answer | ValidationError], instance: str, status: str) -> Told:
    made = [one for one in found if isinstance(one, Result)]
    results = [body_of_result(one, status) if isinstance(one, Result) else _not_made(one, instance) for one in found]
    headers = {"Consistency-Token": token_of(max(one.position for one in made))} if made else {}
    return told(200, {"results": results, "stored": len(made), "refused": len(found) - len(made)}, headers)


def _not_made(error: DomainError | ConcurrencyConflict | ValidationError, instance: str) -> dict[str, Any]:
    problem = invalid_body(error) if isinstance(error, ValidationError) else refusal(error, conditional=False)
    return {"status": "refused", "problem": problem.body(instance)}


def _without_version(request: Request) -> None:
    if "If-Match" in request.headers:
        raise invalid_field("If-Match", "What is being made has no version yet; leave this header out.")


def _carried_out(
    request: Request, commands: Sequence[Command], tell: Tell, expected: int | None, *, id_is_new: bool = False
) -> HttpResponse:
    keyed = _keyed(request)
    once = DoneOnce(keyed, tell) if keyed else None
    asked = _asked(request, commands, once.command_id if once else None, id_is_new)
    try:
        answers = command_bus.dispatch_many(asked, expected_version=expected, once=once)
    except AnsweredBefore as before:
        return before.told.response(**{"Idempotency-Replayed": "true"})
    return (once.told if once else tell(answers)).response()


def _asked(request: Request, commands: Sequence[Command], first_id: UUID | None, id_is_new: bool) -> list[Asked]:
    """Return the commands with their contexts; with an id for the first, the others' are derived from it."""
    actor, ids = actor_of(request), _command_ids(first_id)
    who: dict[str, Any] = {
        "actor": actor.name,
        "customer_id": actor.customer_id,
        "correlation_id": request.correlation_id,  # type: ignore[attr-defined]
        "id_is_new": id_is_new,
    }
    return [
        (command, Context(command_id=command_id, **who)) for command, command_id in zip(commands, ids, strict=False)
    ]


def _command_ids(first: UUID | None) -> Iterator[UUID]:
    if first is None:
        yield from iter(new_id, None)
    else:
        yield first
        yield from (uuid5(first, str(number)) for number in count(1))


def _keyed(request: Request) -> KeyedRequest | None:
    key = idempotency_key_of(request)
    if key is None:
        return None
    route = request.resolver_match.route if request.resolver_match else request.path
    return KeyedRequest(actor_of(request).scope, f"{request.method} {route}", key, _fingerprint(request))


def _fingerprint(request: Request) -> str:
    """Return a digest of all that a request says: its path, parameters, condition and body."""
    said = [request.path, sorted(request.query_params.lists()), request.headers.get("If-Match"), request.data]
    return sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()
