"""Compares two tables of one read model, row by row and column by column."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections, transaction

from orders_read.models import Checkpoint
from orders_write import event_log, event_store
from orders_write.event_log import Unreadable
from orders_write.event_store import StoredEvent
from projections import checkpoints, generations, posting, swap
from projections.catch_up import Apply
from projections.projector import Projector, key_columns
from projections.rows import READ, columns

SHOWN = 20


class Difference(msgspec.Struct, frozen=True):
    """One row's field in which two tables differ; a row that only one of them has differs in every field."""

    key: tuple[str, ...]
    field: str
    live: str | None
    log: str | None


class Different(Exception):
    """A new generation's rows are not those of the live one."""

    def __init__(self, projection: str, rows: int, shown: list[Difference], behind: list[str]) -> None:
        self.rows, self.shown, self.behind = rows, shown, behind
        super().__init__(
            f"{projection}: {rows} rows differ from the live ones; nothing was swapped. `rebuild_projections "
            f"{projection} --resume` swaps the new rows in, `--cancel` discards them."
        )


class Paused(Exception):
    """The live rows must not move, so they cannot be brought to where the new ones are."""

    def __init__(self, projection: str) -> None:
        super().__init__(
            f"{projection} is paused, so its rows cannot be compared with newer ones; resume it first "
            f"(`resume_projections {projection}`), or rebuild without --verify."
        )


def check_generations(projector: Projector, apply: Apply) -> None:
    """Compare the generation that is being built with the live one, both at the same position.

    Live posting waits meanwhile; queries do not.

    Raises:
        Different: they differ; the text counts the rows, `shown` has the first fields.
        Paused: live posting would have to go on for that.
    """
    with transaction.atomic(using=READ):
        live = swap.bring_level(projector, Checkpoint.State.BUILDING, apply)
        if any(one.paused_at for one in live):
            raise Paused(projector.name)
        _bring_live_level(projector, live)
        differing, shown = compare(projector, f"{generations.building(projector)}.{table(projector)}")
    if differing:
        raise Different(projector.name, differing, shown, events_behind(projector, shown))


def compare(projector: Projector, other: str, streams: Sequence[UUID] | None = None) -> tuple[int, list[Difference]]:
    """Return how many rows of the live table and of `other` differ, and the first differing fields.

    `streams` restricts both to the rows of some streams, whose ids are the first column of their keys.
    """
    names, key = columns(projector.model), key_columns(projector.model)
    with connections[READ].cursor() as cursor:
        texts = ", ".join(f"{side}.{name}::text" for side in ("live", "log") for name in names)
        present = f"live.{key[0]} is not null, log.{key[0]} is not null"
        differing, parameters = differing_rows(projector, other, streams)
        cursor.execute(f"select count(*) over (), {present}, {texts} {differing} limit {SHOWN}", parameters)
        found = cursor.fetchall()
    shown = [part for row in found for part in _fields(row[1:], names, key)]
    return (found[0][0] if found else 0), shown


def events_behind(projector: Projector, shown: Sequence[Difference]) -> list[str]:
    """Return a line for each of the first differing rows: the events of the log that touch it."""
    wanted: dict[tuple[str, ...], list[str]] = {one.key: [] for one in shown}
    with closing(_events_of(projector, list(wanted))) as events:
        for stored in events:
            for key in () if isinstance(stored.event, Unreadable) else projector.keys(stored):
                found = wanted.get(tuple(map(str, key)))
                if found is not None and len(found) < SHOWN:
                    found.append(f"{stored.event_type} at {stored.position}")
    return [f"  {' '.join(key)} comes from: {', '.join(found) or 'no event'}" for key, found in wanted.items()]


def _events_of(projector: Projector, keys: Sequence[tuple[str, ...]]) -> Generator[StoredEvent, None, None]:
    if keys and projector.shares_rows:
        yield from event_log.read_streams(event_log.FIRST_STREAM, event_log.LAST_STREAM, event_store.head())
    elif keys:
        yield from event_log.read_some_streams({UUID(key[0]) for key in keys}, event_store.head())


def table(projector: Projector) -> str:
    """Return the name of the projection's table, without its schema."""
    return projector.model._meta.db_table


def differing_rows(projector: Projector, other: str, streams: Sequence[UUID] | None) -> tuple[str, list[Any]]:
    """Return the `from … where` of rows, `live` and `log` side by side, that differ, and its parameters."""
    names, key = columns(projector.model), key_columns(projector.model)
    same_key = " and ".join(f"live.{name} = log.{name}" for name in key)
    live_row, log_row = (", ".join(f"{side}.{name}" for name in names) for side in ("live", "log"))
    restricted = "" if streams is None else f"where {key[0]} = any(%s)"
    query = f"""
        from (select * from {generations.LIVE}.{table(projector)} {restricted}) live
        full join (select * from {other} {restricted}) log on {same_key}
        where ({live_row}) is distinct from ({log_row})
    """
    return query, [] if streams is None else [list(streams)] * 2


def _fields(row: Sequence[Any], names: Sequence[str], key: Sequence[str]) -> Iterator[Difference]:
    in_live, in_log, texts = row[0], row[1], row[2:]
    live, log = (dict(zip(names, part, strict=True)) for part in (texts[: len(names)], texts[len(names) :]))
    identity = tuple(str((live if in_live else log)[name]) for name in key)
    if not (in_live and in_log):
        yield Difference(identity, "*", "present" if in_live else None, "present" if in_log else None)
        return
    for name in names:
        if live[name] != log[name]:
            yield Difference(identity, name, live[name], log[name])


def _bring_live_level(projector: Projector, live: Sequence[Checkpoint]) -> None:
    """Post into the live rows up to where the new generation is, in case that is ahead."""
    target = max(one.position for one in checkpoints.building(projector))
    for one in live:
        swap.follow_upto(projector, Checkpoint.LIVE, one.partition, target, posting.post)
