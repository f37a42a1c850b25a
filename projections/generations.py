"""Where a read model's tables live: the live ones in `public`, the next and the previous generation beside them.

All SQL of the engine names tables without a schema; a transaction that works on another generation than the live one
says so in its `search_path`. So every index and constraint has its final name from the start, and the swap is two
`alter table … set schema` (DESIGN.md 5.5).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from django.db import connections, transaction
from django.db.models import Model

from projections.projector import Projector, key_columns
from projections.rows import READ, columns

LIVE = "public"
_COLUMNS = "select column_name from information_schema.columns where table_schema = %s and table_name = %s"
_OPTIONS = "select array_to_string(reloptions, ', ') from pg_class where oid = to_regclass(%s)"


def building(projector: Projector) -> str:
    """Return the schema of the generation that a rebuild makes."""
    return f"building_{projector.name}"


def previous(projector: Projector) -> str:
    """Return the schema of the generation before the live one."""
    return f"previous_{projector.name}"


@contextmanager
def addressing(schema: str) -> Iterator[None]:
    """Open a transaction of the read database in which a read model's table is that of `schema`."""
    with transaction.atomic(using=READ):
        if schema != LIVE:
            _execute(f'set local search_path = "{schema}", {LIVE}')
        yield


def create(projector: Projector) -> None:
    """Make the building schema with an empty table that has its primary key, but no other index yet.

    The server leaves it alone until it is live: it would analyze what is not indexed yet, and hold up the swap.
    """
    table = projector.model._meta.db_table
    with transaction.atomic(using=READ):
        discard(projector)
        _execute(f'create schema "{building(projector)}"')
        with addressing(building(projector)):
            for statement in _tables(projector.model):
                _execute(statement)
        if options := _value(_OPTIONS, f"{LIVE}.{table}"):
            _execute(f'alter table "{building(projector)}"."{table}" set ({options})')
        _execute(f'alter table "{building(projector)}"."{table}" set (autovacuum_enabled = false)')


def add_indexes(projector: Projector, sessions: int = 1) -> None:
    """Give the building table the indexes of its model that it lacks, and let the planner know the indexed columns.

    Each is made in a transaction of its own, so many at a time as there are sessions.
    """
    add = partial(_add_index, projector, f"{256 // sessions}MB")
    with ThreadPoolExecutor(sessions, thread_name_prefix="index") as threads:
        list(threads.map(add, _indexes(projector.model)))
    _execute(f'analyze "{building(projector)}"."{projector.model._meta.db_table}" ({_indexed(projector.model)})')


def _add_index(projector: Projector, memory: str, statement: str) -> None:
    try:
        with addressing(building(projector)):
            _execute(f"set local maintenance_work_mem = '{memory}'")
            _execute(statement.replace("INDEX", "INDEX IF NOT EXISTS", 1))
    finally:
        connections[READ].close()


def discard(projector: Projector) -> None:
    """Drop the building schema, if there is one."""
    _execute(f'drop schema if exists "{building(projector)}" cascade')


def exists(schema: str, projector: Projector) -> bool:
    """Tell whether a generation's table is there and has the columns of the model of this release."""
    with connections[READ].cursor() as cursor:
        cursor.execute(_COLUMNS, [schema, projector.model._meta.db_table])
        found = {name for (name,) in cursor.fetchall()}
    return set(columns(projector.model)) <= found


def swap_in(projector: Projector, schema: str) -> None:
    """Make the table of `schema` the live one, and the live one the previous; in the caller's transaction."""
    table, retired = projector.model._meta.db_table, f"retired_{projector.name}"
    _execute(f'create schema "{retired}"')
    _execute(f'alter table {LIVE}."{table}" set schema "{retired}"')
    _execute(f'alter table "{schema}"."{table}" set schema {LIVE}')
    _execute(f'alter table {LIVE}."{table}" reset (autovacuum_enabled)')
    for used in {schema, previous(projector)}:
        _execute(f'drop schema if exists "{used}" cascade')
    _execute(f'alter schema "{retired}" rename to "{previous(projector)}"')


def _tables(model: type[Model]) -> list[str]:
    return [statement for statement in _statements(model) if statement.startswith("CREATE TABLE")]


def _indexes(model: type[Model]) -> list[str]:
    """Return what makes the indexes, those first that take longest."""
    found = [statement for statement in _statements(model) if not statement.startswith("CREATE TABLE")]
    return sorted(found, key=lambda statement: " USING gin " not in statement)


def _statements(model: type[Model]) -> list[str]:
    """Return what Django's schema editor would run to make the model's table, its indexes last."""
    with connections[READ].schema_editor(collect_sql=True) as editor:
        editor.create_model(model)
    return [statement for statement in editor.collected_sql if not statement.startswith("--")]


def _indexed(model: type[Model]) -> str:
    """Return the columns of the primary key and the indexes, which queries look for; the others take as long again."""
    indexed = [*key_columns(model), *(name.lstrip("-") for index in model._meta.indexes for name in index.fields)]
    return ", ".join(dict.fromkeys(indexed))


def _execute(statement: str) -> None:
    with connections[READ].cursor() as cursor:
        cursor.execute(statement)


def _value(query: str, *parameters: str) -> str | None:
    with connections[READ].cursor() as cursor:
        cursor.execute(query, parameters)
        row = cursor.fetchone()
    return row[0] if row else None
