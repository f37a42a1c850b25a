"""Asks one server of the read database: a replica where there are some, the same one for a whole question.

Statements go around Django's cursor, which puts values into their text: so a server may parse and plan once per
connection those that never change (`prepared`).
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connections, router, transaction
from psycopg.errors import QueryCanceled

from gate.kept import Values, rows_of
from orders_read.models import OrderView

TIMEOUT_SECONDS = 1


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
    connection, began = connections[source], time.monotonic()
    rows = rows_of(connection, statement, values, prepare=prepared)
    if connection.queries_logged:
        connection.queries_log.append({"sql": statement, "time": f"{time.monotonic() - began:.3f}"})
    return rows


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
