"""AddNote: what it leads to, and every rule that refuses it."""

import pytest

from orders_write.domain.errors import InvalidCommand, TooManyEntries
from orders_write.domain.events import NoteAdded
from orders_write.domain.values import MAX_NOTES
from tests.builders import (
    authorize,
    cancel,
    capture,
    close,
    confirm,
    create,
    created,
    deliver,
    expire,
    fulfill,
    hold,
    note,
)
from tests.given_when_then import given, given_done

CLOSED = (confirm(), authorize(), capture(), fulfill(), deliver(), close())


@pytest.mark.parametrize("past", [(), (confirm(),), (cancel(),), (expire(),), (hold(),), CLOSED])
def test_a_note_is_taken_in_every_state(past):
    given_done(create(), *past).when(note("ring twice")).then(NoteAdded(text="ring twice"))


def test_a_note_says_something():
    given_done(create()).when(note(" ")).then_refused(InvalidCommand, "'text' must not be empty")


def test_notes_are_bounded():
    full = given(created(), *[NoteAdded(text="again")] * MAX_NOTES)
    full.when(note()).then_refused(TooManyEntries, "at most 1000 notes")
