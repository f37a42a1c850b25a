"""What a projection's page shows: its rebuilds, held streams, differences and checkpoints."""

from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec

from config.dashboard.projection_rows import state_of
from orders_read.models import Checkpoint
from projections import checkpoints, parking, rebuild, rebuild_fold, rebuild_lock
from projections.models import ParkedEvent, Rebuild, Verification
from projections.parking import HeldStream
from projections.projector import Projector

SHOWN, _EVENTS, _HISTORY = 20, 400, 20
_PHASES = {
    "fold": "Fold the log into new tables",
    "index": "Build their indexes",
    "catch up": "Post what came meanwhile",
    "verify": "Compare, if asked to",
    "swap": "Swap them in",
}


class Progress(msgspec.Struct, frozen=True):
    """How an open rebuild goes: its state, the phases with how each stands, and in the fold its rate and time left."""

    rebuild: Rebuild
    state: str
    phases: list[tuple[str, str]]
    percent: float
    rate: float | None
    seconds_left: float | None

    @property
    def is_running(self) -> bool:
        """Whether a process works on it at this moment."""
        return self.state == Rebuild.State.RUNNING


class Past(msgspec.Struct, frozen=True):
    """A rebuild of the history: its record, its state in a word, and how many seconds it took."""

    rebuild: Rebuild
    state: str
    seconds: float


class Held(msgspec.Struct, frozen=True):
    """A held stream: the event that failed, and the first of those that wait behind it."""

    stream: HeldStream
    failed: ParkedEvent | None
    waiting: list[ParkedEvent]


class Rebuilds(msgspec.Struct, frozen=True):
    """A projection's rebuilds: the open one, those before, and what a new one and a rollback would do."""

    open: Progress | None
    history: list[Past]
    plan: rebuild.Plan
    can_roll_back: bool


def rebuilds(projector: Projector) -> Rebuilds:
    """Return what there is to say about rebuilds.

    Raises:
        OperationalError: one of the databases does not answer.
    """
    newest = list(Rebuild.objects.filter(projection=projector.name).order_by("-pk")[:_HISTORY])
    is_locked = bool(rebuild_lock.held([projector.name]))
    opened = next((one for one in newest if one.state in Rebuild.OPEN), None)
    kept = list(checkpoints.of(projector).filter(state=Checkpoint.State.PREVIOUS))
    return Rebuilds(
        open=_progress(opened, is_locked) if opened else None,
        history=[Past(one, state_of(one, is_locked), _took(one)) for one in newest],
        plan=rebuild.plan(projector, count=lambda upto: upto),
        can_roll_back=checkpoints.standing_of(projector, kept) is checkpoints.Standing.CURRENT,
    )


def _progress(found: Rebuild, is_locked: bool) -> Progress:
    state = state_of(found, is_locked)
    folds = state == Rebuild.State.RUNNING and found.phase == Rebuild.Phase.FOLD
    rate = rebuild_fold.rate(found) if folds else None
    left = max(0, found.events_total - found.events_done)
    reached = list(_PHASES).index(found.phase)
    return Progress(
        rebuild=found,
        state=state,
        phases=[
            (words, "done" if number < reached else ("now" if number == reached else "to come"))
            for number, words in enumerate(_PHASES.values())
        ],
        percent=100 if found.events_total == 0 else min(100, round(100 * found.events_done / found.events_total, 1)),
        rate=rate,
        seconds_left=left / rate if rate else None,
    )


def _took(found: Rebuild) -> float:
    is_running = found.state == Rebuild.State.RUNNING
    end = found.finished_at or (datetime.now(UTC) if is_running else found.updated_at)
    return (end - found.started_at).total_seconds()


def held(projector: Projector) -> list[Held]:
    """Return the streams that are held the longest, each with its events.

    Raises:
        OperationalError: the read database does not answer.
    """
    streams = parking.held_streams(projector, SHOWN)
    parked = parking.parked_of(projector, [one.stream_id for one in streams], _EVENTS)
    by_stream: dict[UUID, list[ParkedEvent]] = {
        stream: list(events) for stream, events in groupby(parked, key=lambda one: one.stream_id)
    }
    return [_held(one, by_stream.get(one.stream_id, [])) for one in streams]


def _held(stream: HeldStream, events: list[ParkedEvent]) -> Held:
    failed = next((event for event in events if event.error), None)
    return Held(stream, failed, [event for event in events if event is not failed])


def compared(projector: Projector) -> tuple[Verification | None, list[dict[str, Any]]]:
    """Return the last comparison, and its first differences, row by row: each row's key and its differing fields.

    Raises:
        OperationalError: the read database does not answer.
    """
    found = Verification.objects.filter(projection=projector.name).first()
    examples: list[dict[str, Any]] = found.examples if found else []
    grouped = groupby(examples, key=lambda one: one["key"])
    return found, [{"key": " ".join(key), "fields": list(fields)} for key, fields in grouped]


def generations(projector: Projector) -> list[Checkpoint]:
    """Return the checkpoints of every generation, the newest first.

    Raises:
        OperationalError: the read database does not answer.
    """
    return list(checkpoints.of(projector).order_by("-generation", "partition"))
