"""The one INSERT of an append, as a statement that is prepared once per connection."""

from collections.abc import Sequence
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from orders_write.prepared import rows_of

Row = tuple[UUID, int, str, int, str, str]
"""An event's stream_id, version, event_type, schema_version, data and metadata, the last two as JSON texts."""

_ONE = """
    insert into events (stream_id, version, event_type, schema_version, data, metadata, stream_type)
    values (%s, %s, %s, %s, %s, %s, %s)
    returning position
"""
_ONE_CLAIMED = """
    insert into events (stream_id, version, event_type, schema_version, data, metadata, stream_type)
    select %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s from claimed
    returning position
"""

# Six arrays however many events there are: a statement takes no more than 65,535 parameters. Positions are drawn in the
# order of the sorted subquery: PostgreSQL computes defaults above it, row by row. Texts go as binary arrays (%b): in an
# array that is text itself the driver escapes each of JSON's many quotes, at 300 times the cost.
_MANY = """
    insert into events (stream_id, version, event_type, schema_version, data, metadata, stream_type)
    select new.*, %s from (
        select stream_id, version, event_type, schema_version, data::jsonb, metadata::jsonb
        from unnest(%s::uuid[], %s::int[], %s::text[], %s::smallint[], %b::text[], %b::text[]) with ordinality
            as given (stream_id, version, event_type, schema_version, data, metadata, place)
        order by place
    ) as new {}
    returning stream_id, version, position
"""


class OutOfOrder(Exception):
    """The server numbered the events in another order than they were given in; nothing is stored."""


class Claim(NamedTuple):
    """What is stored with the events, or keeps them out: a query that returns one row, or none, and its values."""

    sql: LiteralString
    values: Sequence[Any]


def insert(
    connection: BaseDatabaseWrapper, stream_type: str, rows: Sequence[Row], claim: Claim | None = None
) -> list[int]:
    """Insert events in one statement and return their positions, in the order of the rows; none when a claim fails.

    Raises:
        IntegrityError: Django's; a version of a stream was taken.
        OutOfOrder: see there; it has never been seen, and costs nothing to check.
    """
    if len(rows) == 1:
        statement, values = _claimed(claim, _ONE, _ONE_CLAIMED)
        return [position for (position,) in rows_of(connection, statement, [*values, *rows[0], stream_type])]
    statement, values = _claimed(claim, _MANY.format(""), _MANY.format(", claimed"))
    with transaction.atomic(using=connection.alias, savepoint=False):
        returned = rows_of(connection, statement, [*values, stream_type, *_arrays(rows)])
        return _in_order(rows, returned) if returned else []


def _claimed(
    claim: Claim | None, without: LiteralString, claimed: LiteralString
) -> tuple[LiteralString, Sequence[Any]]:
    return (f"with claimed as ({claim.sql}) {claimed}", claim.values) if claim else (without, ())


def _arrays(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _in_order(rows: Sequence[Row], returned: Sequence[tuple[Any, ...]]) -> list[int]:
    """Match positions with events by stream and version: the order of what RETURNING gives is not promised."""
    drawn = {(stream_id, version): position for stream_id, version, position in returned}
    positions = [drawn[row[0], row[1]] for row in rows]
    if positions != sorted(positions):
        raise OutOfOrder(f"{len(positions)} events were given positions out of their order: {positions[:20]} …")
    return positions
