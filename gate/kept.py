"""Connections that a thread keeps from one request or task to the next, and statements that go around Django's cursor.

To take a connection from the pool for each request, and to give it back, would take a fifth of a request's time, and to
make a cursor for each statement a tenth of a short one's. Connection, pool, transactions and exceptions are Django's.
"""

import time
from collections.abc import Generator, Mapping, Sequence
from typing import Any

import psycopg
from django.db import close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

KEPT_SECONDS = 30
_STREAMED = 100  # rows; more of them at a time spare nothing
Values = Sequence[Any] | Mapping[str, Any]


def rows_of(connection: BaseDatabaseWrapper, statement: Any, values: Values, *, prepare: bool) -> list[tuple[Any, ...]]:
    """Return the rows of a statement; `prepare`: the server parses and plans it once per connection.

    Raises:
        DatabaseError: Django's.
    """
    connection.validate_thread_sharing()
    keep(connection)
    with connection.wrap_database_errors:
        return _cursor(connection.connection).execute(statement, values, prepare=prepare).fetchall()  # type: ignore[no-any-return]


def stream_of(
    connection: BaseDatabaseWrapper, statement: Any, values: Values
) -> Generator[tuple[Any, ...], None, None]:
    """Yield the rows of a statement, some at a time: memory does not grow with their number.

    They come in PostgreSQL's binary format: numbers, times and ids need no parsing, so that this takes two thirds of
    the time of `COPY` and its lines. The connection is taken until the last row, and another statement on it would wait
    for ever; whoever may not take all of them closes the generator.

    Raises:
        DatabaseError: Django's.
    """
    connection.validate_thread_sharing()
    keep(connection)
    with connection.wrap_database_errors:
        yield from psycopg.Cursor(connection.connection).stream(statement, values, binary=True, size=_STREAMED)


def give_back() -> None:
    """Do around a task what Django does around a request: pools get their connections back, the broken ones go."""
    close_old_connections()
    close_the_dead()


def close_the_dead(**signal: Any) -> None:
    """Close the connections that this thread has kept since its last request and that their servers have ended."""
    for connection in connections.all(initialized_only=True):
        kept: Any = connection.connection
        if kept is not None and not connection.in_atomic_block and not kept.is_silent():
            connection.close()


def keep(connection: Any) -> None:
    """See to it that there is a connection, and leave it to this thread for a while."""
    if connection.connection is None:
        connection.ensure_connection()
        connection.close_at = time.monotonic() + KEPT_SECONDS


def _cursor(connection: Any) -> Any:
    """Return the connection's own cursor."""
    if not hasattr(connection, "reader"):
        connection.reader = psycopg.Cursor(connection)
    return connection.reader
