"""How fast `order_views` is rebuilt, until swapped, against what copying alone takes and against one SQL statement.

`.venv/bin/python -m benchmarks.rebuild [events …]`, 200,000 and 1,000,000 unless given. Copying alone is the events
out, by stream, the rows of the same content in, and the indexes: what a rebuild that folds in no time would do. The
statement runs inside the read database, over a copy of the events there that is not counted.
"""

import resource
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks import databases, rebuild_sql, table, workload

SIZES, WORKERS = (200_000, 1_000_000), 2
ENGINE, SQL = "rebuild, 2 processes", "one SQL statement"
COPY = {1: "copying alone, 1 process", 2: "copying alone, 2 processes"}
TO_COPY, TO_SQL, STEADY, MEMORY = 0.75, 1.5, 0.9, 256
_EVENTS = "position, stream_id, version, event_type, schema_version, data, metadata, recorded_at"
_HALVES = ("{0} <= '{1}'", "{0} > '{1}'")


class Run(NamedTuple):
    """One rebuild: its seconds, altogether and by phase, and the most memory its processes took."""

    seconds: float
    peak_mb: int
    helper_peak_mb: int
    phases: dict[str, float]


def main(sizes: tuple[int, ...]) -> None:
    """Measure and print."""
    rates = {events: _measured(events) for events in sizes}
    for events in sizes[1:]:
        steady = rates[events] / rates[sizes[0]]
        print(f"\nrate at {events:,} / rate at {sizes[0]:,}: {steady:.2f}   (target: at least {STEADY})")


def _measured(events: int) -> float:
    """Print the figures of one length of the log, and return the engine's events per second."""
    rounds = 5 if events <= 200_000 else 3
    with databases.fresh(), tempfile.TemporaryDirectory() as folder:
        workload.write(events)
        _rebuilt({})
        halves = Halves(Path(folder))
        contenders: dict[str, Callable[[], float]] = {COPY[n]: partial(halves.copied, n) for n in COPY}
        runs: list[Run] = []
        contenders[ENGINE] = lambda: _engine(runs)
        rebuild_sql.copy_events(f"copy (select {_EVENTS} from events) to stdout")
        contenders[SQL] = rebuild_sql.seconds
        taken = table.alternating(contenders, rounds)
    return _shown(events, taken, runs)


def _shown(events: int, taken: table.Rounds, runs: list[Run]) -> float:
    rates = {name: [events / seconds for seconds in found] for name, found in taken.items()}
    limit = max(COPY.values(), key=lambda name: sorted(rates[name])[len(rates[name]) // 2])
    table.show(f"rebuild of order_views, {events:,} events", "events/s", rates, limit)
    print(f"  target: at least {TO_COPY} x of {limit} (the faster); ", end="")
    print(f"{table.ratio_to(rates, ENGINE, SQL):.2f} x of {SQL}, target at least {TO_SQL} x at 1,000,000")
    main_peak, helper_peak = max(run.peak_mb for run in runs), max(run.helper_peak_mb for run in runs)
    print(f"  peak memory: {main_peak} MB, its helper {helper_peak} MB   (target: at most {MEMORY} MB each)")
    print("  " + ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in runs[-1].phases.items()))
    return sorted(rates[ENGINE])[len(rates[ENGINE]) // 2]


def _engine(runs: list[Run]) -> float:
    databases.settle()
    runs += databases.in_processes(_rebuild, [()], timeout=3_600)
    return runs[-1].seconds


def _rebuild(barrier: Any) -> Run:
    phases: dict[str, float] = {}
    took = table.seconds(lambda: _rebuilt(phases))
    peaks = (resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Run(took, *peaks, phases)


def _rebuilt(phases: dict[str, float]) -> None:
    """Rebuild, and note how long each phase takes."""
    from projections.rebuild import Options, rebuild
    from projections.registry import named

    phase, since = "plan", perf_counter()

    def report(progress: Any) -> None:
        nonlocal phase, since
        now = perf_counter()
        phases[phase] = phases.get(phase, 0.0) + now - since
        phase, since = progress.phase, now

    rebuild(named(["order_views"])[0], Options(workers=WORKERS), report)


class Halves:
    """The rows of the read model in two files, by the order's id, and the same halves of the log."""

    def __init__(self, folder: Path) -> None:
        from orders_read.models import OrderView
        from projections import rows
        from tests.databases import owner_connection

        self.files, self.names = [folder / "0", folder / "1"], ", ".join(rows.columns(OrderView))
        with owner_connection("read") as owner:
            (self.middle,) = owner.execute(
                "select order_id from order_views order by 1 offset (select count(*) / 2 from order_views) limit 1"
            ).fetchone()
            for number, file in enumerate(self.files):
                query = f"copy (select {self.names} from order_views where {self._half('order_id', number)}) to stdout"
                with file.open("wb") as out, owner.cursor().copy(query) as copy:
                    out.writelines(copy)

    def copied(self, processes: int) -> float:
        """Return the seconds that so many processes take to copy both halves, one of them to make the indexes."""
        databases.settle()
        parts = [((0, 1),)] if processes == 1 else [((0,),), ((1,),)]
        with rebuild_sql.built() as finish:
            copying = table.seconds(lambda: databases.in_processes(self._copy_all, parts, timeout=3_600))
            return copying + table.seconds(finish)

    def _copy_all(self, barrier: Any, numbers: tuple[int, ...]) -> None:
        for number in numbers:
            self._copy(number)

    def _copy(self, number: int) -> None:
        from tests.databases import owner_connection

        half = self._half("stream_id", number)
        out = f"copy (select {_EVENTS} from events where {half} order by stream_id, version) to stdout"
        with owner_connection("default") as write, write.cursor().copy(out) as copy:
            for _ in copy:
                pass
        into = f"copy {rebuild_sql.BUILDING} ({self.names}) from stdin"
        with owner_connection("read") as read, read.cursor().copy(into) as copy, self.files[number].open("rb") as rows:
            while block := rows.read(1 << 20):
                copy.write(block)

    def _half(self, column: str, number: int) -> str:
        return _HALVES[number].format(column, self.middle)


if __name__ == "__main__":
    main(tuple(int(given) for given in sys.argv[1:]) or SIZES)
