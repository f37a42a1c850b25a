"""Loads and writes a read model's rows, set-wise: one statement for all the rows of a batch."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

import msgspec
import psycopg
from django.db import connections, models
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import Format

from orders_write.prepared import rows_of
from projections.projector import Key, Projector, Row, Rows, key_columns

READ = "read"
FEW = 20
_VERSION = b"\x01"
_MODIFIER = re.compile(r"\([^)]*\)")  # the length or precision of a type
_LOOSE = {"boolean", "date", "json"}  # the driver sends whether a value is true, a time's day, a text as JSON of it
_ENCODER = msgspec.json.Encoder(decimal_format="string")


class WrongType(Exception):
    """A projector has put a value into a row that is not of its column's type: a text for a number, say."""

    def __init__(self, projection: str, column: str, kind: str, value: object) -> None:
        super().__init__(f"{projection}: {column} is {kind}; a projector put a {type(value).__name__} there.")


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
    query = f"select {', '.join(names)} from {_table(projector)} where {key} = any(%s)"
    found = rows_of(connections[READ], query, [[value for (value,) in keys]])
    return {(row[key],): row for row in (_loaded(projector, names, values) for values in found)}


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


def write(projector: Projector, rows: Rows, loaded: Container[Key] = ()) -> None:
    """Insert rows, or merge them into those that are there, in the order of their keys: writers cannot deadlock.

    `loaded` are the keys of the rows that were there; it matters for a projector that loads its rows. Many rows go by
    `COPY`: those to be changed into a temporary table and by one statement from there (a fifth of the time of arrays
    as parameters, and a plan that stays good). A few go as values, which spares them the round trips.

    Raises:
        WrongType: a value is not of its column's type; a few rows are left to the server, which takes a text for all.
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


def _values(projector: Projector, rows: Iterable[Row], as_json: Callable[[Any], Any]) -> Iterator[list[Any]]:
    """Yield the values of each row in the order of `columns`, those of JSON columns as `as_json` makes them."""
    jsons, values_of = _json_places(projector.model), itemgetter(*columns(projector.model))
    for row in rows:
        values = list(values_of(row))
        for place in jsons:
            values[place] = as_json(values[place])
        yield values


def _json_text(value: Any) -> str | None:
    """Return a value as JSON; a text is JSON already."""
    return value if value is None or isinstance(value, str) else _ENCODER.encode(value).decode()


def _json_sent(value: Any) -> bytes | None:
    """Return a value as PostgreSQL's binary format has jsonb: the format's version, and the JSON."""
    if value is None:
        return None
    return _VERSION + (value.encode() if isinstance(value, str) else _ENCODER.encode(value))


@cache
def _types(model: type[models.Model]) -> tuple[str, ...] | None:
    """Return the type of each of a model's `columns`, jsonb being sent as bytes; None where they must go as texts."""
    kinds, jsons, sent = {field.attname: field for field in model._meta.concrete_fields}, _json_places(model), []
    for place, name in enumerate(columns(model)):
        kind = _MODIFIER.sub("", str(kinds[name].db_type(connections[READ])))
        if (kind == "jsonb") is not (place in jsons) or not _goes_in_binary(kind):
            return None
        sent.append("bytea" if kind == "jsonb" else kind)
    return tuple(sent)


def _goes_in_binary(kind: str) -> bool:
    """Tell whether the driver knows how to send a type, and takes nothing else for it."""
    try:
        psycopg.adapters.get_dumper_by_oid(psycopg.adapters.types.get_oid(kind), Format.BINARY)
    except (KeyError, psycopg.Error):
        return False
    return kind not in _LOOSE


def _fill(cursor: Any, projector: Projector, table: str, rows: Iterable[Row]) -> None:
    """Send rows by COPY: in the binary format, which spares both sides the texts, where all types go in it."""
    statement, types = f"copy {table} ({', '.join(columns(projector.model))}) from stdin", _types(projector.model)
    form, as_json = (" (format binary)", _json_sent) if types else ("", _json_text)
    with connections[READ].wrap_database_errors, cursor.copy(statement + form) as copy:
        if types:
            copy.set_types(types)
        for values in _values(projector, rows, as_json):
            _send(copy, projector, types or (), values)


def _send(copy: Any, projector: Projector, types: Sequence[str], values: Sequence[Any]) -> None:
    try:
        copy.write_row(values)
    except (TypeError, AttributeError, LookupError) as error:  # the driver met a value of another class
        for name, kind, value in zip(columns(projector.model), types, values, strict=False):
            if not _is_of(kind, value):
                raise WrongType(projector.name, name, kind, value) from error
        raise


def _is_of(kind: str, value: Any) -> bool:
    sender = Transformer(connections[READ].connection)
    try:
        sender.set_dumper_types([sender.adapters.types.get_oid(kind)], Format.BINARY)
        sender.dump_sequence([value], [PyFormat.BINARY])
    except Exception:
        return False
    return True


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
    """Write a few rows by one statement: a single row, which is what most wake-ups come for, by one that is prepared.

    psycopg's `executemany` would prepare it for many, but sends a Flush last, and that switches off PostgreSQL's
    time-out for idle transactions, which takes the lock from a frozen worker.
    """
    names = columns(projector.model)
    values = ", ".join([f"({', '.join(['%s'] * len(names))})"] * len(rows))
    statement = f"insert into {_table(projector)} ({', '.join(names)}) values {values} {_merging(projector)}"
    sent = list(chain.from_iterable(_values(projector, rows, _json_text)))
    if len(rows) == 1:
        rows_of(connections[READ], f"{statement} returning true", sent)
    else:
        with connections[READ].cursor() as cursor:
            cursor.execute(statement, sent)


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
