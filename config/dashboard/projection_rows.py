"""A row per projection: where it stands, whether it keeps its objective, and what of that somebody must see to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from django.urls import reverse

from projections import rebuild_lock
from projections.lag import NEEDS_REBUILD, PAUSED, ProjectionStatus
from projections.models import ProjectionLagSample, Rebuild
from projections.standing import PartitionStanding

GOOD, WARN, BAD = "good", "warn", "bad"
INTERRUPTED = "interrupted"
_FAR, _CUT = 5, 160
_WORST = (BAD, WARN, GOOD)
Standing = ProjectionStatus | PartitionStanding


class Row(msgspec.Struct, frozen=True):
    """One projection, all of its partitions together: the one that is furthest behind counts.

    `head` and `lag_events` are None while the log cannot be asked. `word` says in its `tone` how the lag is.
    """

    name: str
    state: str
    position: int
    head: int | None
    lag_events: int | None
    lag_seconds: float | None
    objective: float
    word: str
    tone: str
    silent_seconds: float | None
    held_streams: int
    held_seconds: float
    drifted_rows: int
    error: str
    paused_by: str
    paused_at: datetime | None
    samples: list[float]
    rebuild: Rebuild | None
    rebuild_state: str

    @property
    def address(self) -> str:
        """The page of the projection."""
        return reverse("admin:projection", args=[self.name])

    @property
    def spark_label(self) -> str:
        """The small line in words."""
        most = max(self.samples, default=0)
        return f"lag of the last hour: {most:.1f} s at most, objective {self.objective:g} s"


class Trouble(msgspec.Struct, frozen=True):
    """Something that is not as it should be, and where it is put right."""

    tone: str
    text: str
    address: str = ""

    @property
    def tone_word(self) -> str:
        """How bad it is, in a word."""
        return "wrong" if self.tone == BAD else "look"


def rows(found: Iterable[Standing]) -> list[Row]:
    """Return the row of each projection, with the samples of the last hour and the last rebuild.

    Raises:
        OperationalError: the read database does not answer.
    """
    by_name: dict[str, list[Standing]] = defaultdict(list)
    for one in found:
        by_name[one.projection].append(one)
    samples, rebuilds = _samples(), last_rebuilds()
    locked = rebuild_lock.held(list(by_name))
    return [_row(parts, samples[name], rebuilds.get(name), name in locked) for name, parts in by_name.items()]


def last_rebuilds() -> dict[str, Rebuild]:
    """Return each projection's newest rebuild."""
    newest = Rebuild.objects.order_by("projection", "-pk").distinct("projection")
    return {one.projection: one for one in newest}


def state_of(rebuild: Rebuild | None, is_locked: bool) -> str:
    """Return a rebuild's state in a word: one that nobody works on any more was interrupted."""
    if rebuild is None:
        return ""
    return INTERRUPTED if rebuild.state == Rebuild.State.RUNNING and not is_locked else str(rebuild.state)


def _samples() -> dict[str, list[float]]:
    since = datetime.now(UTC) - timedelta(hours=1)
    found: dict[str, dict[datetime, float]] = defaultdict(dict)
    recent = ProjectionLagSample.objects.filter(sampled_at__gt=since).order_by("sampled_at")
    for name, at, seconds in recent.values_list("projection", "sampled_at", "lag_seconds"):
        found[name][at] = max(seconds, found[name].get(at, 0.0))
    return defaultdict(list, {name: list(by_time.values()) for name, by_time in found.items()})


def _row(parts: Sequence[Standing], samples: list[float], rebuild: Rebuild | None, is_locked: bool) -> Row:
    worst = max(parts, key=lambda one: (one.state != "active", one.lag_seconds or 0.0))
    asked_log = isinstance(worst, ProjectionStatus)
    word, tone = in_words(worst.state, worst.lag_seconds, worst.objective_seconds)
    silent = [one.worker_silent_seconds for one in parts]
    return Row(
        name=worst.projection,
        state=worst.state,
        position=min(one.position for one in parts),
        head=worst.head if isinstance(worst, ProjectionStatus) else None,
        lag_events=_lag_events(worst),
        lag_seconds=worst.lag_seconds,
        objective=worst.objective_seconds,
        word=word,
        tone=tone if asked_log or tone == BAD else WARN,
        silent_seconds=None if None in silent else max(one for one in silent if one is not None),
        held_streams=worst.held_streams,
        held_seconds=worst.held_seconds,
        drifted_rows=worst.drifted_rows,
        error=worst.error,
        paused_by=worst.paused_by if isinstance(worst, ProjectionStatus) else "",
        paused_at=worst.paused_at,
        samples=samples,
        rebuild=rebuild,
        rebuild_state=state_of(rebuild, is_locked),
    )


def _lag_events(one: Standing) -> int | None:
    """Return how many events it is behind: now, or when that was measured last."""
    if isinstance(one, ProjectionStatus):
        return one.lag_events
    return one.sample.lag_events if one.sample else None


def in_words(state: str, lag: float | None, objective: float) -> tuple[str, str]:
    """Return how a projection keeps its objective, and the tone of that."""
    if state == PAUSED:
        return "paused", WARN
    if state != "active":
        return "stands still", BAD
    if lag is None:
        return "nothing seen yet", WARN
    if lag <= objective:
        return f"on time (within {objective:g} s)", GOOD
    if lag <= _FAR * objective:
        return f"late (over {objective:g} s)", WARN
    return f"far behind (over {objective:g} s)", BAD


def troubles(found: Iterable[Row]) -> list[Trouble]:
    """Return what is wrong with projections, what is worst first."""
    every = [trouble for row in found for trouble in _troubles(row)]
    return sorted(every, key=lambda one: _WORST.index(one.tone))


def _troubles(row: Row) -> list[Trouble]:
    checks = [_stands(row), _lags(row), _holds(row), _drifts(row), _rebuilds(row)]
    return [Trouble(tone, f"{row.name} {text}", row.address) for tone, text in checks if text]


def _stands(row: Row) -> tuple[str, str]:
    if row.state == PAUSED:
        return WARN, f"is paused{f' by {row.paused_by}' if row.paused_by else ''}; resume it when it may go on."
    if row.state == NEEDS_REBUILD:
        return BAD, "needs a rebuild: another version of its code built its rows."
    if row.state != "active":
        return BAD, f"is {row.state}{f': {row.error[:_CUT]}' if row.error else ''}."
    return GOOD, ""


def _lags(row: Row) -> tuple[str, str]:
    late = row.state == "active" and row.lag_seconds is not None and row.lag_seconds > row.objective
    events = "" if row.lag_events is None else f"{row.lag_events:,} events and "
    return row.tone, f"is {events}{row.lag_seconds:.0f} s behind; its objective is {row.objective:g} s." if late else ""


def _holds(row: Row) -> tuple[str, str]:
    streams = "1 stream" if row.held_streams == 1 else f"{row.held_streams:,} streams"
    return WARN, f"holds {streams} for an event that cannot be applied: retry or skip." if row.held_streams else ""


def _drifts(row: Row) -> tuple[str, str]:
    rows = "1 row that differs" if row.drifted_rows == 1 else f"{row.drifted_rows:,} rows that differ"
    return BAD, f"has {rows} from the log: repair or rebuild it." if row.drifted_rows else ""


def _rebuilds(row: Row) -> tuple[str, str]:
    ended = row.rebuild_state in (INTERRUPTED, Rebuild.State.FAILED)
    return WARN, f"has a rebuild that was {row.rebuild_state}: resume or discard it." if ended else ""
