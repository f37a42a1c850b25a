"""Sends a form's command to the bus, once, on the version it was made from."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections

from config.dashboard.links import actor
from config.dashboard.order_form import CommandForm
from config.dashboard.page import DOWN
from gate.problems import Problem
from orders_write import answers
from orders_write.answers import Told
from orders_write.command_bus import Answer, Context, Result, dispatch_many
from orders_write.domain.commands import Command
from orders_write.event_store import WRITE, ConcurrencyConflict
from orders_write.idempotency import AnsweredBefore, DoneOnce, KeyedRequest

_ROUTE = "POST /admin/orders"


class Outcome(msgspec.Struct, frozen=True):
    """What became of a command: the order's version and the token of its last event, or why nothing was done.

    `is_open`: it is not known; whoever sends the same form again, under the same key, is told.
    """

    version: int = 0
    token: str = ""
    status: int = 200
    errors: tuple[tuple[str, str], ...] = ()
    found_version: int | None = None
    is_open: bool = False

    @property
    def is_done(self) -> bool:
        """Whether it was done."""
        return self.status == 200


def send(request: Any, form: CommandForm, order_id: UUID) -> Outcome:
    """Carry out what a form asks for; the same form sent again gets the first answer."""
    command, expected = form.command(order_id), form.expected_version or None
    who = actor(request)
    keyed = KeyedRequest(who.scope, _ROUTE, form.key, _digest(command, expected))
    context = Context(actor=who.name, command_id=keyed.command_id, correlation_id=request.correlation_id)

    def tell(found: Sequence[Answer]) -> Told:
        if isinstance(found[0], Result):
            return answers.done(found[0], "done", 200)
        return answers.refused(found[0], request.path, conditional=True)

    once = DoneOnce(keyed, tell)
    try:
        return _outcome(tell(dispatch_many([(command, context)], expected_version=expected, once=once)))
    except AnsweredBefore as before:
        return _outcome(before.told)
    except DOWN:
        sentence = "The write database does not answer. Send the form again later: it is done once in any case."
        return Outcome(status=503, errors=(("", sentence),), is_open=True)
    except ConcurrencyConflict as conflict:
        return _outcome(answers.refused(conflict, request.path, conditional=True))
    except Problem as problem:
        return Outcome(status=problem.status_code, errors=(("", problem.sentence),), is_open=problem.status_code == 409)


def is_answering() -> bool:
    """Tell whether the write database takes commands now."""
    try:
        with connections[WRITE].cursor() as cursor:
            cursor.execute("select")
    except DOWN:
        return False
    return True


def _digest(command: Command, expected: int | None) -> str:
    said = [type(command).__name__, command, expected]
    return sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()


def _outcome(told: Told) -> Outcome:
    body = msgspec.json.decode(told.body)
    if told.status < 400:
        return Outcome(body["version"], told.headers["Consistency-Token"])
    errors = [(error["field"], error["detail"]) for error in body.get("errors", ())] or [("", body["detail"])]
    return Outcome(status=told.status, errors=tuple(errors), found_version=body.get("current_version"))
