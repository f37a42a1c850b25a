"""The feed: other systems follow the log by HTTP, in order and without gaps, from the read side (law 7).

It reaches up to where every partition of `order_timeline` has come, and stops before the first event that is parked
there, because that one appears later. Rows, positions and parked events are read in one statement: in one state.
"""

import time
from collections.abc import Sequence
from typing import Any

import msgspec
from django.conf import settings

from orders_read import reading, waiting
from orders_read.consistency import Progress, Wish, progress
from orders_read.queries import FollowEvents
from orders_read.rows import Row
from orders_read.waiting import Need

LOOKED_AT = 10_000
_POSITION = 3
COLUMNS = (
    "order_id", "version", "event_type", "schema_version", "data", "actor", "command_id", "correlation_id",
    "causation_id", "occurred_at", "recorded_at",
)  # fmt: skip

# An event that the consumer does not ask for may be parked: it would not be told of it anyway.
_REACH = """
    with live as (
        select coalesce(min(position), 0) as position, coalesce(max(generation), 0) as generation
        from checkpoints where projection = 'order_timeline' and state in ('active', 'halted')
    ), parked as (
        select min(parked_events.position) as position from parked_events, live
        where projection = 'order_timeline' and parked_events.generation = live.generation
            and parked_events.position > %(after)s
            and (%(types)s::text[] is null or event_type = any(%(types)s::text[]))
            and (%(stream)s::uuid is null or stream_id = %(stream)s::uuid)
    ), reach as (
        select least(live.position, parked.position - 1) as position, parked.position <= live.position as held
        from live, parked
    )
"""
_ASKED = "(%(types)s::text[] is null or event_type = any(%(types)s::text[]))"
_OF_STREAM = f"""
    select * from order_timeline
    where order_id = %(stream)s and position > %(after)s and position <= reach.position and {_ASKED}
    order by version limit %(limit)s
"""
_OF_LOG = f"""
    select * from (
        select * from order_timeline where position > %(after)s and position <= reach.position
        order by position limit {LOOKED_AT}
    ) as looked_at where {_ASKED} order by position limit %(limit)s
"""
_LAST_LOOKED_AT = f"""
    select position from order_timeline where position > %(after)s and position <= reach.position
    order by position offset {LOOKED_AT - 1} limit 1
"""


def _statement(events: str, last: str) -> str:
    columns = ", ".join(f"event.{name}" for name in ("position", *COLUMNS))
    return f"""
        {_REACH}
        select reach.position, reach.held, ({last}), {columns}
        from reach left join lateral ({events}) as event on true order by event.position
    """


_FOLLOW_STREAM, _FOLLOW_LOG = _statement(_OF_STREAM, "null::bigint"), _statement(_OF_LOG, _LAST_LOOKED_AT)


class Events(msgspec.Struct, frozen=True):
    """Some events, the position to go on after, whether there may be more, and whether they end before a parked one."""

    events: list[Row]
    next: int
    has_more: bool
    held: bool


def follow_events(query: FollowEvents, wish: Wish, source: str) -> tuple[Progress, Events]:
    """Return the next events; when there are none yet, wait for one as long as the caller prefers."""
    deadline = time.monotonic() + min(wish.wait or 0, settings.READ_WAIT_MAX_SECONDS)
    while True:
        came = progress(source, query.read_model, wish)
        found = _read(query, source)
        left = deadline - time.monotonic()
        if found.events or left <= 0 or not (found.has_more or _more_came(came, source, left)):
            return came, found
        query = msgspec.structs.replace(query, after=found.next)


def _more_came(came: Progress, source: str, seconds: float) -> bool:
    need = Need(source, FollowEvents.read_model, came.position + 1)
    try:
        return waiting.followers.wait(need, seconds, settings.FEED_WAITERS)
    except waiting.Full:
        return False


def _read(query: FollowEvents, source: str) -> Events:
    values = {"after": query.after, "limit": query.limit, "types": list(query.types) or None, "stream": query.stream}
    rows = reading.fetch(source, _FOLLOW_STREAM if query.stream else _FOLLOW_LOG, values, prepared=True)
    reach, held, last = rows[0][:3]
    events = [row for row in rows if row[_POSITION] is not None]
    full = len(events) == query.limit
    after = events[-1][_POSITION] if full else max(query.after, last or reach)
    return Events([_event(row[_POSITION + 1 :]) for row in events], after, after < reach, bool(held))


def _event(values: Sequence[Any]) -> Row:
    event = dict(zip(COLUMNS, values, strict=True))
    return event | {"data": msgspec.Raw(event["data"].encode())}
