"""Loads and writes a read model's rows, set-wise: one statement for all the rows of a batch."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec
from django.db import connections, models

from projections.projector import Key, Projector, Row, Rows, key_columns

READ = "read"
FEW = 20
_ENCODER = msgspec.json.Encoder(decimal_format="string")


@cache
def columns(model: type[models.Model]) -> list[str]:
    """Return the columns that are written; generated ones are the database's."""
    return [field.attname for field in model._meta.concrete_fields if not field.generated]


def load(projector: Projector, keys: Iterable[Key]) -> Rows:
    """Return the rows with those primary keys, as plain dicts by key; none where a batch needs none."""
    if not projector.loads_rows:
        return {}
    (key,) = key_columns(projector.model)
    names = columns(projector.model)
    with connections[READ].cursor() as cursor:
        query = f"select {', '.join(names)} from {_table(projector)} where {key} = any(%s)"
        cursor.execute(query, [[value for (value,) in keys]])
        return {(row[key],): row for row in (_loaded(projector, names, found) for found in cursor)}


def _loaded(projector: Projector, names: Sequence[str], found: Sequence[Any]) -> Row:
    """Return one row; Django leaves jsonb as text."""
    row = dict(zip(names, found, strict=True))
    for place in _json_places(projector.model):
        name = names[place]
        row[name] = row[name] and msgspec.json.decode(row[name])
    return row


@cache
def _json_places(model: type[models.Model]) -> tuple[int, ...]:
    """Return which of a model's `columns` are JSON."""
    kinds = {field.attname: field for field in model._meta.concrete_fields}
    return tuple(place for place, name in enumerate(columns(model)) if isinstance(kinds[name], models.JSONField))


def write(projector: Projector, rows: Rows) -> None:
    """Insert rows, or merge them into those that are there, in the order of their keys: writers cannot deadlock.

    Many rows go through `COPY` into a temporary table and one statement from there (a fifth of the time of arrays as
    parameters, and a plan that stays good); a few go as values, which spares them the round trips.
    """
    if not rows:
        return
    names = tuple(columns(projector.model))
    json = _json_places(projector.model)
    values = [_values(rows[key], names, json) for key in sorted(rows, key=_text)]
    with connections[READ].cursor() as cursor:
        if len(values) <= FEW:
            cursor.execute(_from_values(projector, names, len(values)), [part for row in values for part in row])
        else:
            _copy(cursor, projector, names, values)


def copy_in(projector: Projector, rows: Rows) -> None:
    """Insert rows of which none can be there yet: the fastest way, for a generation that is being built."""
    names = tuple(columns(projector.model))
    json = _json_places(projector.model)
    with connections[READ].cursor() as cursor:
        _fill(cursor, _table(projector), names, (_values(row, names, json) for row in rows.values()))


def _values(row: Row, names: Sequence[str], json: Sequence[int]) -> list[Any]:
    """Return a row's values; those at the places of `json` as JSON text."""
    values = [row[name] for name in names]
    for place in json:
        values[place] = _as_json(values[place])
    return values


def _as_json(value: Any) -> Any:
    return _ENCODER.encode(value).decode() if isinstance(value, list | dict) else value


def _fill(cursor: Any, table: str, names: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(f"copy {table} ({', '.join(names)}) from stdin") as copy:
        for row in values:
            copy.write_row(row)


def _copy(cursor: Any, projector: Projector, names: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
    staging = _staging(projector)
    cursor.execute(
        f"create temporary table if not exists {staging} on commit delete rows "
        f"as select {', '.join(names)} from {_table(projector)} limit 0"
    )
    _fill(cursor, staging, names, values)
    cursor.execute((_changing if projector.loads_rows else _merging_in)(projector, names))


def _changing(projector: Projector, names: Sequence[str]) -> str:
    """Update the rows that are there and insert the others: `on conflict` would compute generated columns twice.

    Only for rows of one writer, because an update takes its locks in any order. Each row is found by the primary key:
    what the planner guesses of a temporary table, it could as well read the whole read model.
    """
    table, staging = _table(projector), _staging(projector)
    same = " and ".join(f"{table}.{name} = excluded.{name}" for name in key_columns(projector.model))
    return (
        f"set local enable_hashjoin = off; set local enable_mergejoin = off; "
        f"update {table} set {_merges(projector)} from {staging} as excluded where {same}; "
        f"insert into {table} ({', '.join(names)}) select * from {staging} as excluded "
        f"where not exists (select from {table} where {same})"
    )


def _merging_in(projector: Projector, names: Sequence[str]) -> str:
    """Insert rows, or merge them into those that are there."""
    table, staging = _table(projector), _staging(projector)
    return f"insert into {table} ({', '.join(names)}) select * from {staging} {_merging(projector)}"


def _from_values(projector: Projector, names: Sequence[str], rows: int) -> str:
    one = f"({', '.join(['%s'] * len(names))})"
    values = ", ".join([one] * rows)
    return f"insert into {_table(projector)} ({', '.join(names)}) values {values} {_merging(projector)}"


def _merging(projector: Projector) -> str:
    return f"on conflict ({', '.join(key_columns(projector.model))}) do update set {_merges(projector)}"


def _merges(projector: Projector) -> str:
    key = key_columns(projector.model)
    changed = [name for name in columns(projector.model) if name not in key]
    return ", ".join(f"{name} = {_merged(projector, name)}" for name in changed)


def _merged(projector: Projector, column: str) -> str:
    merge = projector.merges.get(column)
    return merge.sql.format(table=_table(projector), column=column) if merge else f"excluded.{column}"


def _table(projector: Projector) -> str:
    return projector.model._meta.db_table


def _staging(projector: Projector) -> str:
    return f"staging_{_table(projector)}"


def _text(key: Key) -> tuple[str, ...]:
    return tuple(map(str, key))
