"""Loads and writes a read model's rows, set-wise: one statement for all the rows of a batch."""

from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

import msgspec
from django.contrib.postgres.fields import ArrayField
from django.db import connections, models

from projections.projector import Key, Projector, Row, Rows, key_columns

READ = "read"
FEW = 20
_STRUCTURED = (list, dict)
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
    return _places(model, models.JSONField)


@cache
def _array_places(model: type[models.Model]) -> tuple[int, ...]:
    """Return which of a model's `columns` are arrays of texts."""
    return _places(model, ArrayField)


def _places(model: type[models.Model], kind: "type[models.Field[Any, Any]]") -> tuple[int, ...]:
    kinds = {field.attname: field for field in model._meta.concrete_fields}
    return tuple(place for place, name in enumerate(columns(model)) if isinstance(kinds[name], kind))


def write(projector: Projector, rows: Rows, loaded: Container[Key] = ()) -> None:
    """Insert rows, or merge them into those that are there, in the order of their keys: writers cannot deadlock.

    `loaded` are the keys of the rows that were there; it matters for a projector that loads its rows. Many rows go by
    `COPY`: those to be changed into a temporary table and by one statement from there (a fifth of the time of arrays
    as parameters, and a plan that stays good). A few go as values, which spares them the round trips.
    """
    if not rows:
        return
    keys = sorted(rows, key=_text)
    if len(keys) <= FEW:
        _execute_values(projector, [rows[key] for key in keys])
    elif projector.loads_rows:
        copy_in(projector, {key: rows[key] for key in keys if key not in loaded})
        _copy(projector, [rows[key] for key in keys if key in loaded], _updating(projector))
    else:
        _copy(projector, [rows[key] for key in keys], _merging_in(projector))


def copy_in(projector: Projector, rows: Rows) -> None:
    """Insert rows of which none is there: the fastest way, because the server indexes some while others are written."""
    with connections[READ].cursor() as cursor:
        _fill(cursor, projector, _table(projector), rows.values())


def _values(projector: Projector, rows: Iterable[Row]) -> Iterator[list[Any]]:
    """Yield the values of each row in the order of `columns`, those of JSON and array columns as text."""
    jsons, arrays = _json_places(projector.model), _array_places(projector.model)
    values_of = itemgetter(*columns(projector.model))
    for row in rows:
        values = list(values_of(row))
        for place in jsons:
            values[place] = _as_json(values[place])
        for place in arrays:
            values[place] = _as_array(values[place])
        yield values


def _as_json(value: Any) -> Any:
    return _ENCODER.encode(value).decode() if isinstance(value, _STRUCTURED) else value


def _as_array(texts: Sequence[str]) -> str:
    """Return PostgreSQL's text of an array, for which the driver takes as long as for ten other columns."""
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"


def _fill(cursor: Any, projector: Projector, table: str, rows: Iterable[Row]) -> None:
    statement = f"copy {table} ({', '.join(columns(projector.model))}) from stdin"
    with connections[READ].wrap_database_errors, cursor.copy(statement) as copy:
        for values in _values(projector, rows):
            copy.write_row(values)


def _copy(projector: Projector, rows: Sequence[Row], statement: str) -> None:
    """Fill the temporary table, and run the statement that takes the rows from there."""
    if not rows:
        return
    staging = _staging(projector)
    with connections[READ].cursor() as cursor:
        cursor.execute(
            f"create temporary table if not exists {staging} on commit delete rows "
            f"as select {', '.join(columns(projector.model))} from {_table(projector)} limit 0; "
            f"delete from {staging}"  # what an earlier write of this transaction has left there
        )
        _fill(cursor, projector, staging, rows)
        cursor.execute(statement)


def _updating(projector: Projector) -> str:
    """Change rows that are there: `insert … on conflict` would compute their generated columns twice.

    Only for rows of one writer, because an update takes its locks in any order. Each row is found by the primary key:
    what the planner guesses of a temporary table, it could as well read the whole read model.
    """
    table, staging = _table(projector), _staging(projector)
    same = " and ".join(f"{table}.{name} = excluded.{name}" for name in key_columns(projector.model))
    return (
        f"set local enable_hashjoin = off; set local enable_mergejoin = off; "
        f"update {table} set {_merges(projector)} from {staging} as excluded where {same}"
    )


def _merging_in(projector: Projector) -> str:
    """Insert rows, or merge them into those that are there."""
    table, staging, names = _table(projector), _staging(projector), ", ".join(columns(projector.model))
    return f"insert into {table} ({names}) select * from {staging} {_merging(projector)}"


def _execute_values(projector: Projector, rows: Sequence[Row]) -> None:
    names = columns(projector.model)
    values = ", ".join([f"({', '.join(['%s'] * len(names))})"] * len(rows))
    statement = f"insert into {_table(projector)} ({', '.join(names)}) values {values} {_merging(projector)}"
    with connections[READ].cursor() as cursor:
        cursor.execute(statement, list(chain.from_iterable(_values(projector, rows))))


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
