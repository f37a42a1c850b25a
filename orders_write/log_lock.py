"""Who holds the log open: transactions that may have drawn a position and have not ended.

Whoever has drawn a position holds the log lock, shared, until the end of its transaction (trigger `events_log_lock`,
migration 0002). So the holders at one moment are all the transactions that can still fill a gap seen before it.
"""

import time

import msgspec
from django.db import connections

from orders_write.event_store import WRITE

LOG_LOCK_KEY = 4_919_201_127

_HOLDERS = """
    select virtualtransaction from pg_locks
    where locktype = 'advisory' and granted and objsubid = 1
      and database = (select oid from pg_database where datname = current_database())
      and classid::bigint << 32 | objid::bigint = %s
"""
_OPEN_APPENDERS = f"""
    select pid, coalesce(application_name, ''), coalesce(state, ''),
           coalesce(extract(epoch from clock_timestamp() - xact_start), 0)::float
    from pg_stat_activity where pid in (select pid from ({_HOLDERS.replace("virtualtransaction", "pid")}) holders)
    order by xact_start
"""  # noqa: S608


class OpenAppender(msgspec.Struct, frozen=True):
    """A session whose open transaction may have drawn a position, and for how long it has been open."""

    pid: int
    application: str
    state: str
    seconds: float


class LogHeldOpen(Exception):
    """A transaction that has drawn a position does not end; readers must not go past it."""

    def __init__(self, after: int, seconds: float) -> None:
        super().__init__(
            f"An open transaction holds a gap in the log after position {after} and has not ended within {seconds} s; "
            f"reading goes on when it ends (`manage.py projection_status` names the session)."
        )


def open_appenders() -> list[OpenAppender]:
    """Return the sessions whose transactions hold the log lock now, the oldest first."""
    with connections[WRITE].cursor() as cursor:
        cursor.execute(_OPEN_APPENDERS, [LOG_LOCK_KEY])
        return [OpenAppender(*row) for row in cursor.fetchall()]


def wait_for_appenders(after: int, wait_seconds: float) -> None:
    """Wait until every transaction that holds the log lock now has ended.

    Raises:
        LogHeldOpen: one did not within `wait_seconds`; `after` is the position that its gap follows.
    """
    holders = _holders()
    deadline, pause = time.monotonic() + wait_seconds, 0.001
    while holders & _holders():
        if time.monotonic() > deadline:
            raise LogHeldOpen(after, wait_seconds)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)


def _holders() -> set[str]:
    with connections[WRITE].cursor() as cursor:
        cursor.execute(_HOLDERS, [LOG_LOCK_KEY])
        return {row[0] for row in cursor.fetchall()}
