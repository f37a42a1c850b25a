"""One rebuild of a projection at a time: an advisory lock of the read database, given back by a crash."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections

from projections.projector import Projector
from projections.rows import READ

_HELD = """
    select name from unnest(%s::text[]) as name where exists (
        select from pg_locks
        where locktype = 'advisory' and granted and objsubid = 1
          and database = (select oid from pg_database where datname = current_database())
          and classid::bigint << 32 | objid::bigint = hashtext('daybook rebuild ' || name)
    )
"""


class BeingRebuilt(Exception):
    """Another process rebuilds the projection."""

    def __init__(self, projection: str) -> None:
        super().__init__(
            f"{projection} is being rebuilt by another process; watch it with `manage.py projection_status`, or stop "
            f"it with `manage.py rebuild_projections {projection} --cancel`."
        )


@contextmanager
def only_one(projector: Projector, *, seconds: float = 0.0) -> Iterator[None]:
    """Hold the projection's rebuild lock, on a connection of its own, after waiting for it for up to `seconds`.

    Raises:
        BeingRebuilt: somebody else holds it.
    """
    connection = connections[READ].copy()
    key = [f"daybook rebuild {projector.name}"]
    try:
        with connection.cursor() as cursor:
            if not _got(cursor, key, time.monotonic() + seconds):
                raise BeingRebuilt(projector.name)
            try:
                yield
            finally:
                cursor.execute("select pg_advisory_unlock(hashtext(%s))", key)
    finally:
        connection.close()


def held(names: Sequence[str]) -> set[str]:
    """Return which of these projections some process rebuilds, or swaps, at this moment."""
    with connections[READ].cursor() as cursor:
        cursor.execute(_HELD, [list(names)])
        return {name for (name,) in cursor.fetchall()}


def _got(cursor: Any, key: list[str], deadline: float) -> bool:
    while True:
        cursor.execute("select pg_try_advisory_lock(hashtext(%s))", key)
        if cursor.fetchone()[0]:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
