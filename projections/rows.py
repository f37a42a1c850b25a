"""Loads and writes a read model's rows, set-wise: one statement for all the rows of a batch."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.db import connections, models
from psycopg.types.json import Jsonb

from projections.projector import Key, Merge, Projector, Rows

READ = "read"
FEW = 20


def columns(model: type[models.Model]) -> list[str]:
    """Return the columns that are written; generated ones are the database's."""
    return [field.attname for field in model._meta.concrete_fields if not field.generated]


def key_columns(model: type[models.Model]) -> tuple[str, ...]:
    """Return the columns of the primary key, one or several."""
    key: Any = model._meta.pk
    return tuple(part.attname for part in getattr(key, "fields", None) or (key,))


def load(projector: Projector, keys: Iterable[Key]) -> Rows:
    """Return the rows with those primary keys, as plain dicts by key; none where a batch needs none."""
    if not projector.loads_rows:
        return {}
    (key,) = key_columns(projector.model)
    wanted = {value for (value,) in keys}
    found = projector.model._default_manager.using(READ).filter(**{f"{key}__in": wanted})
    return {(row[key],): row for row in found.values(*columns(projector.model))}


def write(projector: Projector, rows: Rows) -> None:
    """Insert rows, or merge them into those that are there, in the order of their keys: writers cannot deadlock.

    Many rows go through `COPY` into a temporary table and one statement from there (a fifth of the time of arrays as
    parameters, and a plan that stays good); a few go as values, which spares them the round trips.
    """
    names = tuple(columns(projector.model))
    values = [[_adapted(rows[key][name]) for name in names] for key in sorted(rows, key=_text)]
    with connections[READ].cursor() as cursor:
        if len(values) <= FEW:
            cursor.execute(_from_values(projector, names, len(values)), [part for row in values for part in row])
        else:
            _copy(cursor, projector, names, values)


def _copy(cursor: Any, projector: Projector, names: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
    staging = _staging(projector)
    cursor.execute(
        f"create temporary table if not exists {staging} on commit delete rows "
        f"as select {', '.join(names)} from {_table(projector)} limit 0"
    )
    with cursor.copy(f"copy {staging} ({', '.join(names)}) from stdin") as copy:
        for row in values:
            copy.write_row(row)
    cursor.execute(
        f"insert into {_table(projector)} ({', '.join(names)}) select * from {staging} {_merging(projector)}"
    )


def _from_values(projector: Projector, names: Sequence[str], rows: int) -> str:
    one = f"({', '.join(['%s'] * len(names))})"
    values = ", ".join([one] * rows)
    return f"insert into {_table(projector)} ({', '.join(names)}) values {values} {_merging(projector)}"


def _merging(projector: Projector) -> str:
    key = key_columns(projector.model)
    changed = [name for name in columns(projector.model) if name not in key]
    merges = ", ".join(f"{name} = {_merged(projector, name)}" for name in changed)
    return f"on conflict ({', '.join(key)}) do update set {merges}"


def _merged(projector: Projector, column: str) -> str:
    return projector.merges.get(column, Merge.ASSIGN).format(table=_table(projector), column=column)


def _table(projector: Projector) -> str:
    return projector.model._meta.db_table


def _staging(projector: Projector) -> str:
    return f"staging_{_table(projector)}"


def _text(key: Key) -> tuple[str, ...]:
    return tuple(map(str, key))


def _adapted(value: Any) -> Any:
    return Jsonb(value, dumps=msgspec.json.encode) if isinstance(value, list | dict) else value
