"""Law 11 over HTTP: what was asked under a key is done once, and whoever asks again gets the first answer.

The answer is recorded in the statement that stores the events, so there is never one without the other. A record's key
is the id of the command, which is derived from who asked, of which route, under which key.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import LiteralString, cast
from uuid import UUID, uuid5

import msgspec
import structlog
from django.db import OperationalError, connections
from django.db.models import QuerySet
from django.db.models.functions import Now
from psycopg.errors import LockNotAvailable

from gate.problems import Problem
from orders_write import event_store
from orders_write.answers import Told
from orders_write.command_bus import Answer
from orders_write.event_store import WRITE, NewEvent
from orders_write.log_insert import Claim
from orders_write.models import IdempotencyRecord
from orders_write.prepared import rows_of

Tell = Callable[[Sequence[Answer]], Told]

_NAMESPACE = UUID("6c8a1f0e-6f6b-5a43-9f0d-3f0c5f3c5a11")
_WAIT, _THEN_WAIT = "500ms", "2s"  # for another request under the same key; for whoever races to append
_FORGOTTEN_AT_ONCE = 1_000
# The times are set in the same statement: the first before the row is inserted, the second after it.
_CLAIM: LiteralString = """
    insert into idempotency_records (command_id, actor, route, key, fingerprint, answer)
    select %s, %s, %s, %s, %s, %s from set_config('lock_timeout', %s, true)
    on conflict do nothing
    returning set_config('lock_timeout', %s, true)
"""
log = structlog.get_logger(__name__)


class KeyedRequest(msgspec.Struct, frozen=True):
    """What a client asks under a key: who it is, method and route, the key, and a digest of all that it says."""

    actor: str
    route: str
    key: str
    fingerprint: str

    @property
    def command_id(self) -> UUID:
        """The id of the command: the same whenever it is asked again."""
        return uuid5(_NAMESPACE, msgspec.json.encode([self.actor, self.route, self.key]).decode())


class AnsweredBefore(Exception):
    """The command was done before; this is the answer that it was given."""

    def __init__(self, told: Told) -> None:
        super().__init__(f"answered before, with {told.status}")
        self.told = told


class DoneOnce:
    """The bus's `Once`: claims a key and keeps the answer in the statement that stores the events.

    `told` is that answer, once it is kept.
    """

    told: Told

    def __init__(self, request: KeyedRequest, tell: Tell) -> None:
        self.request, self.tell, self.command_id = request, tell, request.command_id

    def append(self, events: Sequence[NewEvent], answers: Sequence[Answer]) -> list[int]:
        """Store events, key and answer, waiting half a second for another request that has the key.

        Raises:
            AnsweredBefore: the command was done before.
            Problem: 409, it is being done at this moment; 422, the key was used for something else.
        """
        told = self.tell(answers).kept(events[-1] if events else None)
        claim = self._claim(told)
        try:
            stored = event_store.append(events, claim) if events else rows_of(connections[WRITE], *claim)
        except OperationalError as error:
            if _waited_for_a_key(error):
                raise _in_progress() from error
            raise
        if not stored:
            raise self._before()
        positions = cast(list[int], stored) if events else []
        self.told = told.at(positions[-1]) if positions else told
        return positions

    def _claim(self, answer: Told) -> Claim:
        asked, kept = self.request, msgspec.json.encode(answer).decode()
        who = [self.command_id, asked.actor, asked.route, asked.key, asked.fingerprint]
        return Claim(_CLAIM, [*who, kept, _WAIT, _THEN_WAIT])

    def _before(self) -> Exception:
        found = _records().filter(pk=self.command_id).values_list("fingerprint", "answer").first()
        if found is None:
            return _in_progress()  # it was forgotten just now
        if found[0] != self.request.fingerprint:
            return _reused()
        log.info("answered as before", command_id=str(self.command_id))
        return AnsweredBefore(_as_given(msgspec.json.decode(found[1], type=Told)))


def forget(older_than: timedelta) -> int:
    """Remove some of the records that are older than that, and return how many; fewer than 1,000 were the last."""
    old = _records().filter(created_at__lt=Now() - older_than).order_by("created_at")[:_FORGOTTEN_AT_ONCE]
    return _records().filter(pk__in=old.values("pk")).delete()[0]


def _as_given(answer: Told) -> Told:
    """Return an answer as it was given: the position of its last event was drawn after it was recorded."""
    if answer.last is None:
        return answer
    return answer.at(event_store.position_of(*answer.last))


def _waited_for_a_key(error: OperationalError) -> bool:
    """Tell whether a statement waited too long for the row of a key, and not for one of the log."""
    cause = error.__cause__
    return isinstance(cause, LockNotAvailable) and IdempotencyRecord._meta.db_table in (cause.diag.context or "")


def _records() -> QuerySet[IdempotencyRecord]:
    return IdempotencyRecord.objects.using(WRITE)


def _in_progress() -> Problem:
    sentence = "Another request with this Idempotency-Key is being carried out; ask again for its answer."
    return Problem(
        409, "request-in-progress", "The request is being carried out", sentence, headers={"Retry-After": "1"}
    )


def _reused() -> Problem:
    sentence = "This Idempotency-Key was used for another request; make a new key for each command."
    return Problem(422, "idempotency-key-reused", "The key was used for something else", sentence)
