"""What the parts of an import share: batches, each a transaction, and commands that have the same ids every time."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID, uuid5

from orders_write.command_bus import Context
from orders_write.imports.online_retail import NAMESPACE

ACTOR = "import:online-retail"
BATCH = 250
_T = TypeVar("_T")


def batches(things: Iterable[_T]) -> Iterator[list[_T]]:
    """Yield things by as many as go into one transaction."""
    left = iter(things)
    while batch := list(islice(left, BATCH)):
        yield batch


def command_id(what: str) -> UUID:
    """Return the id of a command: the same whenever the same thing is imported."""
    return uuid5(NAMESPACE, f"command {what}")


def context(what: str, occurred_at: datetime) -> Context:
    """Return who asks for something that happened at that time (aware)."""
    return Context(ACTOR, command_id=command_id(what), correlation_id=NAMESPACE, occurred_at=occurred_at)
