"""The dialogs of a projection's page: each says what will happen, and what is lost, before it is done."""

from typing import Any

import msgspec
from django import forms

from config.dashboard.projection_parts import Rebuilds
from projections.projector import Projector

DANGER, PRIMARY = "danger", "primary"


class Dialog(msgspec.Struct, frozen=True):
    """What a dialog asks and says, its form, and its button."""

    action: str
    heading: str
    sentences: list[str]
    form: forms.Form
    button: str
    kind: str = PRIMARY
    is_open: bool = False


class Words(msgspec.Struct, frozen=True):
    """A dialog's words; `{name}` stands for the projection."""

    heading: str
    sentences: tuple[str, ...]
    button: str
    kind: str = PRIMARY


WORDS = {
    "pause": Words(
        "Pause {name}?",
        (
            "No worker posts into its rows until it is resumed. Queries go on, and answer with ever older rows.",
            "Nothing is lost: the log keeps what the rows lack. Rebuild, retry and repair still work.",
        ),
        "Pause",
    ),
    "resume": Words("Resume {name}?", ("Workers go on from where it was paused.",), "Resume"),
    "verify": Words(
        "Compare {name} with the log?",
        ("A worker folds the log again and compares, while the rows go on serving. Nothing is changed.",),
        "Verify",
    ),
    "repair": Words(
        "Repair the differing rows of {name}?",
        (
            "All rows are compared with the log, and those that differ are replaced by what the log says.",
            "What the differing rows hold now is lost. Posting waits meanwhile; queries do not.",
        ),
        "Repair",
        DANGER,
    ),
    "rebuild": Words("Rebuild {name}?", (), "Rebuild", DANGER),
    "resume_rebuild": Words(
        "Resume the rebuild of {name}?",
        ("It goes on from the phase that it had reached; what it had folded is kept.",),
        "Resume rebuild",
    ),
    "cancel": Words(
        "Cancel the rebuild of {name}?",
        ("The live rows are untouched. What the rebuild has made so far is lost.",),
        "Cancel rebuild",
        DANGER,
    ),
    "roll_back": Words(
        "Roll {name} back?",
        (
            "The generation before the live one is brought to the head of the log and swapped back in.",
            "The live one is kept in its place, so this can be undone in the same way.",
        ),
        "Roll back",
        DANGER,
    ),
}


def dialogs(projector: Projector, found: Rebuilds | None, form: dict[str, Any], sent: str) -> list[Dialog]:
    """Return all of them; the one whose form was sent and refused is open."""
    return [
        Dialog(
            action=action,
            heading=words.heading.format(name=projector.name),
            sentences=[*words.sentences] or _rebuild(found),
            form=form[action],
            button=words.button,
            kind=words.kind,
            is_open=action == sent,
        )
        for action, words in WORDS.items()
    ]


def _rebuild(found: Rebuilds | None) -> list[str]:
    plan = found.plan if found else None
    if plan is None:
        return ["A server does not answer, so what a rebuild would do is not known."]
    live = f"generation {plan.live_generation}" if plan.live_generation else "nothing"
    kept = "The generation kept before it is dropped." if plan.replaces_previous else ""
    opened = "The open rebuild and what it has made are discarded." if plan.open_rebuild else ""
    return [
        f"About {plan.events:,} events are folded with version {plan.version} of its code into new tables beside the "
        f"live ones, which go on serving; then the new ones take the place of {live} in one transaction.",
        "The rows that are live now are kept, so that it can be rolled back.",
        *filter(None, (kept, opened)),
    ]
