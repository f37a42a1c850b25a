"""Lets requests wait until a read model has come far enough, without each of them asking the database.

One thread per process, alive only while somebody waits, reads the live checkpoints of each server once per tick for
all who wait there. A bounded number may wait at a time: whoever comes then is answered at once with what there is.
"""

import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.db import connections

from orders_read import reading

TICK_SECONDS = 0.015
log = structlog.get_logger(__name__)

_POSITIONS = """
    select projection, min(position) from checkpoints where state in ('active', 'halted') group by projection
"""
_VERSIONS = "select order_id, version, customer_id from order_views where order_id = any(%s)"


@dataclass(frozen=True)
class Need:
    """What must be in a server's read model: the log up to a position, or an order at a version, too.

    With a customer_id, the order counts as that customer's alone: to another one it is as if it never came.
    """

    source: str
    read_model: str
    position: int = 0
    order_id: UUID | None = None
    version: int = 0
    customer_id: str | None = None


@dataclass(eq=False)
class _Waiting:
    need: Need
    ended: threading.Event = field(default_factory=threading.Event)
    met: bool = False


def met(needs: Iterable[Need]) -> list[bool]:
    """Tell for each need, all of one server, whether it is met now; at most two statements in all."""
    needs = list(needs)
    positions = dict(reading.fetch(needs[0].source, _POSITIONS, [], prepared=True))
    orders = [need.order_id for need in needs if need.order_id]
    found = reading.fetch(needs[0].source, _VERSIONS, [orders], prepared=True) if orders else []
    versions = {order_id: (version, customer_id) for order_id, version, customer_id in found}
    return [positions.get(need.read_model, 0) >= need.position and _is_at(need, versions) for need in needs]


def _is_at(need: Need, versions: dict[UUID, tuple[int, str | None]]) -> bool:
    if need.order_id is None:
        return True
    version, customer_id = versions.get(need.order_id, (0, None))
    return version >= need.version and need.customer_id in (None, customer_id)


class Full(Exception):
    """As many wait already as may."""


class Room:
    """Where requests wait, at most so many at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[_Waiting] = set()
        self._watched = False

    def wait(self, need: Need, seconds: float, places: int) -> bool:
        """Wait until a need is met; False when time runs out or the database fails.

        Raises:
            Full: `places` others wait.
        """
        one = _Waiting(need)
        with self._lock:
            if len(self._waiting) >= places:
                raise Full
            self._waiting.add(one)
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, name="read-your-writes", daemon=True).start()
        one.ended.wait(seconds)
        with self._lock:
            self._waiting.discard(one)
        return one.met

    def _watch(self) -> None:
        try:
            while waiting := self._present():
                for source in {one.need.source for one in waiting}:
                    _look([one for one in waiting if one.need.source == source])
                time.sleep(TICK_SECONDS)
        finally:
            connections.close_all()

    def _present(self) -> list[_Waiting]:
        """Return who waits; when nobody does, this thread ends, and the next to come starts another."""
        with self._lock:
            present = [one for one in self._waiting if not one.ended.is_set()]
            self._watched = bool(present)
            return present


def _look(waiting: list[_Waiting]) -> None:
    try:
        answers = met(one.need for one in waiting)
    except Exception as error:  # they ask for themselves, and answer what they get
        log.warning("checkpoints cannot be read", error=str(error))
        connections[waiting[0].need.source].close()
        for one in waiting:
            one.ended.set()
        return
    for one, is_met in zip(waiting, answers, strict=True):
        if is_met:
            one.met = True
            one.ended.set()


readers, followers = Room(), Room()


def reset_after_fork() -> None:
    """Give a forked child rooms of its own: its parent's thread does not exist there."""
    global readers, followers
    readers, followers = Room(), Room()


os.register_at_fork(after_in_child=reset_after_fork)
