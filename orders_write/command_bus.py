"""5 · The command bus: which handler answers which command, and what surrounds every one of them.

A handler loads the streams, lets the domain decide, and appends; a lost race without an expected version is
decided again on the new state, a bounded number of times, with jitter.
"""

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import structlog

from orders_write import event_store
from orders_write.activity import counted
from orders_write.domain.commands import COMMANDS, Command, CreateOrder
from orders_write.domain.errors import DomainError, OrderNotFound
from orders_write.domain.events import Event
from orders_write.domain.order import Order, decide, evolve, replay
from orders_write.domain.possible import Possible as Possible
from orders_write.domain.possible import possible
from orders_write.event_store import ConcurrencyConflict, Metadata, NewEvent
from orders_write.ids import new_id

ATTEMPTS = 10
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Context:
    """Who asks, and what the asking belongs to; `occurred_at` (aware) is set when the thing happened in the past.

    With a `customer_id` the orders of that customer are all that there are. When `id_is_new` the order's id was made
    for this command, so that nothing can have happened to it, and nothing is loaded.
    """

    actor: str
    command_id: UUID = field(default_factory=new_id)
    correlation_id: UUID = field(default_factory=new_id)
    causation_id: UUID | None = None
    occurred_at: datetime | None = None
    customer_id: str | None = None
    id_is_new: bool = False


@dataclass(frozen=True)
class Result:
    """What a command led to: the order's new version, the position of its last event in the log, and its events."""

    order_id: UUID
    version: int
    position: int
    events: tuple[Event, ...] = ()


Asked = tuple[Command, Context]
Answer = Result | DomainError | ConcurrencyConflict
Handler = Callable[[Command, Order | None], list[Event]]

HANDLERS: Mapping[type[Command], Handler] = dict.fromkeys(COMMANDS, decide)


Decided = tuple[list[Answer], list[NewEvent]]
Decide = Callable[[Sequence[Asked], int | None], Decided]
Transact = Callable[[Sequence[Asked], int | None], list[Answer]]


class Once(Protocol):
    """Makes commands be done once: their answers are stored in the one statement that stores their events."""

    def append(self, events: Sequence[NewEvent], answers: Sequence[Answer]) -> list[int]:
        """Store both and return the events' positions; raises what there is to say when they were done before."""


def dispatch(command: Command, context: Context, *, expected_version: int | None = None) -> Result:
    """Carry out one command.

    Raises:
        DomainError: a rule refused it; nothing is stored.
        ConcurrencyConflict: the order is not at `expected_version`, or races were lost time and again.
    """
    answer = dispatch_many([(command, context)], expected_version=expected_version)[0]
    if isinstance(answer, Exception):
        raise answer
    return answer


def dispatch_many(
    asked: Sequence[Asked], *, expected_version: int | None = None, once: Once | None = None
) -> list[Answer]:
    """Carry out many commands in one append, each on the state that the ones before it left.

    A refused command stores nothing and is answered with its error; the others are stored. `expected_version` is that
    of the first command's order: when it is at another, none is carried out, and all are answered with the conflict.

    Raises:
        ConcurrencyConflict: races were lost time and again; nothing is stored.
    """
    return logged(counted(retried(stored(of_customers(_decide), once))), asked, expected_version)


def possible_after(order_id: UUID, events: Iterable[Event]) -> Possible:
    """Return the commands that an order would accept after these events: what may be offered to whoever looks at it.

    Nothing is loaded: the events may come from a read model. Whether a command is accepted is decided when it is sent.
    """
    order = replay(events)
    return {} if order is None else possible(order_id, order)


def retried(transact: Transact) -> Transact:
    """Middleware: decide again after a lost race; who named the version it expects is then told the one there is."""

    def with_retry(asked: Sequence[Asked], expected_version: int | None) -> list[Answer]:
        for attempt in range(1, ATTEMPTS):
            try:
                return transact(asked, expected_version)
            except ConcurrencyConflict:
                time.sleep(random.uniform(0, 0.002 * 2**attempt))
        return transact(asked, expected_version)

    return with_retry


def stored(decide: Decide, once: Once | None) -> Transact:
    """Middleware: what was decided is stored, events and answers together where commands shall be done once."""

    def with_events(asked: Sequence[Asked], expected_version: int | None) -> list[Answer]:
        answers, new = decide(asked, expected_version)
        drawn = once.append(new, answers) if once else event_store.append(new)
        positions = {(event.stream_id, event.version): position for event, position in zip(new, drawn, strict=True)}
        return [
            replace(answer, position=positions[answer.order_id, answer.version])
            if isinstance(answer, Result)
            else answer
            for answer in answers
        ]

    return with_events


def of_customers(decide: Decide) -> Decide:
    """Middleware: to a customer, somebody else's order is one that is not there, whatever is asked of it."""

    def with_owners(asked: Sequence[Asked], expected_version: int | None) -> Decided:
        refusals = [_refusal(command, context.customer_id) for command, context in asked]
        let_in = [one for one, refusal in zip(asked, refusals, strict=True) if refusal is None]
        answers, new = decide(let_in, expected_version) if let_in else ([], [])
        left = iter(answers)
        return [refusal or next(left) for refusal in refusals], new

    return with_owners


def _refusal(command: Command, customer_id: str | None) -> DomainError | None:
    if customer_id is None:
        return None
    if isinstance(command, CreateOrder):
        return None if command.customer_id == customer_id else OrderNotFound(command.order_id)
    return None if event_store.is_of_customer(command.order_id, customer_id) else OrderNotFound(command.order_id)


def logged(transact: Transact, asked: Sequence[Asked], expected_version: int | None) -> list[Answer]:
    """Middleware: one line per command with its ids, what became of it, and its time in milliseconds."""
    started = time.perf_counter()
    try:
        answers = transact(asked, expected_version)
    except ConcurrencyConflict as conflict:
        log.info("command lost its race", order_id=str(conflict.stream_id), error=str(conflict))
        raise
    took_ms = round((time.perf_counter() - started) * 1000, 2)
    if len(asked) == 1:
        _log_one(*asked[0], answers[0], took_ms)
    else:
        refused = sum(isinstance(answer, Exception) for answer in answers)
        log.info("commands done", commands=len(asked), refused=refused, took_ms=took_ms)
    return answers


def _log_one(command: Command, context: Context, answer: Answer, took_ms: float) -> None:
    outcome = {"version": answer.version} if isinstance(answer, Result) else {"refused": answer.code}
    log.info(
        "command done",
        command=type(command).__name__,
        order_id=str(command.order_id),
        command_id=str(context.command_id),
        correlation_id=str(context.correlation_id),
        actor=context.actor,
        took_ms=took_ms,
        **outcome,
    )


def _decide(asked: Sequence[Asked], expected_version: int | None) -> Decided:
    batch = _Batch({command.order_id for command, context in asked if not context.id_is_new})
    if asked and (conflict := batch.conflict(asked[0][0].order_id, expected_version)):
        return [conflict] * len(asked), []
    return [batch.carry_out(command, context) for command, context in asked], batch.new


class _Batch:
    """The orders that some commands concern, and the events decided so far."""

    def __init__(self, order_ids: Set[UUID]) -> None:
        self.orders: dict[UUID, Order] = {}
        self.versions: dict[UUID, int] = {}
        self.new: list[NewEvent] = []
        for stored in event_store.load_streams(order_ids) if order_ids else ():
            self._apply(stored.stream_id, stored.event)

    def conflict(self, order_id: UUID, expected_version: int | None) -> ConcurrencyConflict | None:
        found = self.versions.get(order_id, 0)
        if expected_version is None or found in (0, expected_version):
            return None
        return ConcurrencyConflict(order_id, expected_version, found)

    def carry_out(self, command: Command, context: Context) -> Answer:
        try:
            events = HANDLERS[type(command)](command, self.orders.get(command.order_id))
        except DomainError as refused:
            return refused
        metadata = _metadata(context)
        for event in events:
            self._apply(command.order_id, event)
            self.new.append(NewEvent(command.order_id, self.versions[command.order_id], event, metadata))
        return Result(command.order_id, self.versions[command.order_id], 0, tuple(events))

    def _apply(self, order_id: UUID, event: Event) -> None:
        self.orders[order_id] = evolve(self.orders.get(order_id), event)
        self.versions[order_id] = self.versions.get(order_id, 0) + 1


def _metadata(context: Context) -> Metadata:
    return Metadata(
        command_id=context.command_id,
        correlation_id=context.correlation_id,
        causation_id=context.causation_id,
        actor=context.actor,
        occurred_at=(context.occurred_at or datetime.now(UTC)).astimezone(UTC),
    )
