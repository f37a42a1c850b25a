"""Sentences about the order: `given(events).when(command).then(events)`, or `.then_refused(error)`.

`given_done(commands)` begins with what some commands have led to.
"""

from dataclasses import dataclass
from uuid import UUID

import pytest

from orders_write.domain.commands import Command
from orders_write.domain.errors import DomainError
from orders_write.domain.events import Event
from orders_write.domain.order import decide, replay

ORDER = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


@dataclass
class Story:
    """What has happened, and what is asked now."""

    past: tuple[Event, ...]
    command: Command | None = None

    def when(self, command: Command) -> "Story":
        """Ask for something."""
        return Story(self.past, command)

    def then(self, *expected: Event) -> None:
        """Expect these events, whole."""
        assert self.command is not None
        assert decide(self.command, replay(self.past)) == list(expected)

    def then_refused(self, kind: type[DomainError], sentence: str) -> None:
        """Expect an error of this kind that says this."""
        assert self.command is not None
        with pytest.raises(kind) as refused:
            decide(self.command, replay(self.past))
        assert sentence in str(refused.value)


def given(*events: Event) -> Story:
    """Begin a story with what has happened."""
    return Story(events)


def given_done(*commands: Command) -> Story:
    """Begin a story with the events of commands that nothing refuses."""
    return Story(tuple(events_of(*commands)))


def events_of(*commands: Command) -> list[Event]:
    """Return the events that commands lead to, one after the other."""
    past: list[Event] = []
    for command in commands:
        past += decide(command, replay(past))
    return past
