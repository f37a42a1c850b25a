"""Asks one server of the read database: a replica where there are some, the same one for a whole question.

Statements go around Django's cursor, which puts values into their text: so a server may parse and plan once per
connection those that never change (`prepared`). Connection, pool, transactions and exceptions are Django's.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import OperationalError, connections, router, transaction
from psycopg.errors import QueryCanceled

from orders_read.models import OrderView

TIMEOUT_SECONDS = 1
_KEPT_SECONDS = 30
Values = Sequence[Any] | Mapping[str, Any]


class TooSlow(Exception):
    """A question was given up; nothing was changed by it."""

    def __init__(self) -> None:
        super().__init__(
            f"The search was given up after {TIMEOUT_SECONDS} s; use more or rarer words, or fewer filters."
        )


def a_server() -> str:
    """Return the alias of the server to ask a question of."""
    return router.db_for_read(OrderView)


def fetch(source: str, statement: str, values: Values, *, prepared: bool = False) -> list[tuple[Any, ...]]:
    """Return the rows of a statement; jsonb comes as text.

    Raises:
        DatabaseError: Django's.
    """
    connection = connections[source]
    connection.validate_thread_sharing()
    _connect(connection)
    began = time.monotonic()
    with connection.wrap_database_errors:
        cursor = _cursor(connection.connection)
        rows: list[tuple[Any, ...]] = cursor.execute(statement, values, prepare=prepared).fetchall()
    if connection.queries_logged:
        connection.queries_log.append({"sql": statement, "time": f"{time.monotonic() - began:.3f}"})
    return rows


def _connect(connection: Any) -> None:
    """See to it that there is a connection, and leave it to this thread for a while.

    To take it from the pool for each request, and to give it back, would take a fifth of a query's time.
    """
    if connection.connection is None:
        connection.ensure_connection()
        connection.close_at = time.monotonic() + _KEPT_SECONDS


def close_the_dead(**signal: Any) -> None:
    """Close the connections that this thread has kept since its last request and that their servers have ended."""
    for connection in connections.all(initialized_only=True):
        kept: Any = connection.connection
        if kept is not None and not connection.in_atomic_block and not kept.is_silent():
            connection.close()


def _cursor(connection: Any) -> Any:
    """Return the connection's own cursor for reading; to make one takes a tenth of a short question's time."""
    if not hasattr(connection, "reader"):
        connection.reader = psycopg.Cursor(connection)
    return connection.reader


def records(source: str, columns: Sequence[str], statement: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the rows of a statement by their columns' names; `{columns}` stands for these in it."""
    rows = fetch(source, statement.format(columns=", ".join(columns)), values, prepared=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]


@contextmanager
def in_time(source: str) -> Iterator[None]:
    """Open a transaction in which no statement takes longer than TIMEOUT_SECONDS.

    Raises:
        TooSlow: one did.
    """
    try:
        with transaction.atomic(using=source):
            fetch(source, "select set_config('statement_timeout', %s, true)", [f"{TIMEOUT_SECONDS}s"])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from error
        raise
