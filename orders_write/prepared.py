"""Statements that the server parses and plans once per connection.

They go around Django's cursor, which puts values into the text of the statement, but keep what that cursor does:
Django's connection with its pool and health checks, its transactions, and its exceptions. Where prepared statements
are switched off (DATABASE_PREPARED_STATEMENTS, for poolers that mix sessions) the same statements go unprepared.
"""

from collections.abc import Sequence
from typing import Any, LiteralString

from django.db.backends.base.base import BaseDatabaseWrapper

from gate import kept


def rows_of(connection: BaseDatabaseWrapper, statement: LiteralString, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Execute a statement and return its rows."""
    connection.validate_no_broken_transaction()
    return kept.rows_of(connection, statement, values, prepare=True)
