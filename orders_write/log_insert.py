"""The one INSERT of an append, as a statement that the server parses and plans once per connection.

It goes around Django's cursor, which puts values into the text of the statement, but keeps what that cursor does:
Django's connection with its pool and health checks, its transactions, and its exceptions. Where prepared statements
are switched off (DATABASE_PREPARED_STATEMENTS, for poolers that mix sessions) the same statement goes unprepared.
"""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

Row = tuple[UUID, int, str, int, str, str]
"""An event's stream_id, version, event_type, schema_version, data and metadata, the last two as JSON texts."""

_ONE = """
    insert into events (stream_id, version, event_type, schema_version, data, metadata, stream_type)
    values (%s, %s, %s, %s, %s, %s, %s)
    returning position
"""

# Six arrays however many events there are: a statement takes no more than 65,535 parameters. Positions are drawn in the
# order of the sorted subquery: PostgreSQL computes defaults above it, row by row. The texts go as binary arrays (%b): in
# one that is text itself the driver escapes each of JSON's many quotes, at 300 times the cost.
_MANY = """
    insert into events (stream_id, version, event_type, schema_version, data, metadata, stream_type)
    select new.*, %s from (
        select stream_id, version, event_type, schema_version, data::jsonb, metadata::jsonb
        from unnest(%s::uuid[], %s::int[], %s::text[], %s::smallint[], %b::text[], %b::text[]) with ordinality
            as given (stream_id, version, event_type, schema_version, data, metadata, place)
        order by place
    ) as new
    returning stream_id, version, position
"""


class OutOfOrder(Exception):
    """The server numbered the events in another order than they were given in; nothing is stored."""


def insert(connection: BaseDatabaseWrapper, stream_type: str, rows: Sequence[Row]) -> list[int]:
    """Insert events in one statement and return their positions, in the order of the rows.

    Raises:
        IntegrityError: Django's; a version of a stream was taken.
        OutOfOrder: see there; it has never been seen, and costs nothing to check.
    """
    if len(rows) == 1:
        return [position for (position,) in _execute(connection, _ONE, [*rows[0], stream_type])]
    with transaction.atomic(using=connection.alias, savepoint=False):
        return _in_order(rows, _execute(connection, _MANY, [stream_type, *_arrays(rows)]))


def _execute(connection: BaseDatabaseWrapper, statement: LiteralString, values: list[Any]) -> list[tuple[Any, ...]]:
    connection.validate_thread_sharing()
    connection.validate_no_broken_transaction()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(statement, values, prepare=True).fetchall()


def _arrays(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _in_order(rows: Sequence[Row], returned: Sequence[tuple[Any, ...]]) -> list[int]:
    """Match positions with events by stream and version: the order of what RETURNING gives is not promised."""
    drawn = {(stream_id, version): position for stream_id, version, position in returned}
    positions = [drawn[row[0], row[1]] for row in rows]
    if positions != sorted(positions):
        raise OutOfOrder(f"{len(positions)} events were given positions out of their order: {positions[:20]} …")
    return positions
