"""Statements that the server parses and plans once per connection.

They go around Django's cursor, which puts values into the text of the statement, but keep what that cursor does:
Django's connection with its pool and health checks, its transactions, and its exceptions. Where prepared statements
are switched off (DATABASE_PREPARED_STATEMENTS, for poolers that mix sessions) the same statements go unprepared.
"""

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper


def rows_of(connection: BaseDatabaseWrapper, statement: LiteralString, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Execute a statement and return its rows."""
    connection.validate_thread_sharing()
    connection.validate_no_broken_transaction()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(statement, values, prepare=True).fetchall()
