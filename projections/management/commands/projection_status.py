"""`manage.py projection_status`: where every projection stands."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import IO, Any, cast

import msgspec
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from projections.lag import PAUSED, LogStatus, ProjectionStatus, log_status, status

_COLUMNS = (
    "projection",
    "state",
    "checkpoint",
    "behind (events)",
    "behind (s)",
    "objective (s)",
    "held streams",
    "last look",
    "drifted rows",
    "rebuild",
)


class Command(BaseCommand):
    help = (
        "Print each projection's checkpoint and lag, the head of the log, and who holds a gap in it open. "
        "Exit code 1: a projection is halted or paused, or its rows need a rebuild."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print, then exit with 1 when a projection cannot go on by itself."""
        found, log = status(), log_status()
        if options["json"]:
            self.stdout.write(msgspec.json.encode({"log": log, "projections": found}).decode())
        else:
            console = Console(file=cast(IO[str], self.stdout), width=None if sys.stdout.isatty() else 140)
            console.print(_head(log), _table(found), sep="\n")
        self._complain(found)

    def _complain(self, found: list[ProjectionStatus]) -> None:
        for one in found:
            for complaint in _complaints(one):
                self.stderr.write(f"{name(one)}: {complaint}")
        if any(one.state != "active" for one in found):
            sys.exit(1)


def _complaints(one: ProjectionStatus) -> Iterator[str]:
    if one.state == PAUSED:
        since = f"since {one.paused_at:%Y-%m-%d %H:%M:%S} UTC"
        yield f"paused by {one.paused_by} {since}; go on with `manage.py resume_projections {one.projection}`"
    elif one.state != "active":
        advice = f"run `manage.py rebuild_projections {one.projection}`, or deploy the release that built its rows"
        yield f"{one.state}: {one.error or advice}"
    if not one.worker_looks and one.state != PAUSED:
        yield "no worker has looked lately; are the workers and the broker up?"
    if one.held_streams:
        yield f"{one.held_streams} streams wait for parked events: `manage.py retry_parked`, or `skip_parked`"
    if one.drifted_rows:
        command = f"manage.py verify_projections {one.projection} --all --repair"
        yield f"{one.drifted_rows} rows differ from the log: `{command}`"


def name(one: ProjectionStatus) -> str:
    """Return a projection's name, with the partition where there are several."""
    return one.projection if one.partition == 0 else f"{one.projection}/{one.partition}"


def _head(log: LogStatus) -> str:
    age = "empty" if log.newest_seconds is None else f"newest event {log.newest_seconds:.1f} s old"
    lines = [f"log: head {log.head}, {age}"]
    for one in log.open_appenders:
        lines.append(
            f"  session {one.pid} ({one.application}, {one.state}) may hold a gap open for {one.seconds:.1f} s"
        )
    return "\n".join(lines)


def _table(found: list[ProjectionStatus]) -> Table:
    table = Table(*_COLUMNS)
    for one in found:
        silent = "never" if one.worker_silent_seconds is None else f"{one.worker_silent_seconds:.1f} s ago"
        held = f"{one.held_streams} for {one.held_seconds:.0f} s" if one.held_streams else "-"
        figures = (one.position, one.lag_events, f"{one.lag_seconds:.1f}", f"{one.objective_seconds:g}")
        silent = silent if one.worker_looks else f"{silent}!"
        drifted = str(one.drifted_rows or "-")
        table.add_row(name(one), one.state, *map(str, figures), held, silent, drifted, one.rebuild or "-")
    return table
