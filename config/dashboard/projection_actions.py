"""What can be done to a projection in the browser: the form of each action, its words, and the engine's call."""

from collections.abc import Callable
from typing import Any

import msgspec
from django import forms

from config.dashboard import projection_forms
from config.dashboard.page import DOWN
from orders_write.audit import NotRecorded
from projections import operations, parking, pausing, rebuild
from projections.operations import AskedAlready
from projections.parking import CannotResolve, NothingParked, Resolved
from projections.pausing import NotPaused, PausedAlready
from projections.posting import INFRASTRUCTURE
from projections.projector import Projector
from projections.rebuild_lock import BeingRebuilt

REFUSALS = (
    AskedAlready, BeingRebuilt, CannotResolve, NothingParked, NotPaused, NotRecorded, PausedAlready,
    rebuild.NoOpenRebuild, *DOWN, *INFRASTRUCTURE,
)  # fmt: skip
_CANCEL_SECONDS = 5.0
Do = Callable[[Projector, Any, str], str]


class Action(msgspec.Struct, frozen=True):
    """An action: its words in the audit trail, the form that asks for what it needs, and what it does and says."""

    words: str
    form: type[forms.Form]
    do: Do


def _pause(projector: Projector, asked: Any, by: str) -> str:
    pausing.pause(projector, by=by, reason=asked.cleaned_data["reason"])
    return f"{projector.name} is paused: its rows stay as they are until it is resumed."


def _resume(projector: Projector, asked: Any, by: str) -> str:
    pausing.resume(projector)
    return f"{projector.name} goes on from where it was paused."


def _retry(projector: Projector, asked: Any, by: str) -> str:
    return _resolved(parking.retry(projector, asked.cleaned_data["stream"]))


def _skip(projector: Projector, asked: Any, by: str) -> str:
    said = asked.cleaned_data
    return "1 event skipped. " + _resolved(parking.skip(projector, said["stream"], reason=said["reason"], by=by))


def _resolved(done: Resolved) -> str:
    if not done.left:
        return f"Stream {done.stream_id} is free: {done.applied} waiting events applied."
    return f"Stream {done.stream_id} is still held: {done.applied} applied, {done.left} wait. {done.error}"


def _asks(what: str) -> Do:
    def do(projector: Projector, asked: Any, by: str) -> str:
        options = asked.options() if isinstance(asked, projection_forms.Rebuild) else []
        operations.ask(projector, what, by=by, options=options)
        return f"Asked a worker to {what}; it begins within seconds."

    return do


def _verify(projector: Projector, asked: Any, by: str) -> str:
    return _asks(asked.cleaned_data["what"])(projector, asked, by)


def _cancel(projector: Projector, asked: Any, by: str) -> str:
    rebuild.cancel(projector, seconds=_CANCEL_SECONDS)
    return "The rebuild is cancelled and what it had made is removed; the live rows are untouched."


ACTIONS = {
    "pause": Action("pause projection", projection_forms.Because, _pause),
    "resume": Action("resume projection", projection_forms.Why, _resume),
    "retry": Action("retry parked events", projection_forms.Retry, _retry),
    "skip": Action("skip parked event", projection_forms.Skip, _skip),
    "verify": Action("verify projection", projection_forms.Verify, _verify),
    "repair": Action("repair rows", projection_forms.Why, _asks("repair rows")),
    "rebuild": Action("rebuild projection", projection_forms.Rebuild, _asks("rebuild")),
    "resume_rebuild": Action("resume rebuild", projection_forms.Why, _asks("resume rebuild")),
    "cancel": Action("cancel rebuild", projection_forms.Why, _cancel),
    "roll_back": Action("roll back projection", projection_forms.Why, _asks("roll back")),
}


def form_of(action: str, data: Any = None) -> forms.Form:
    """Return an action's form; its fields' ids begin with the action, because a page has several."""
    return ACTIONS[action].form(data, auto_id=f"{action}-%s")
