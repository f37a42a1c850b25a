"""`manage.py projection_status`: where every projection stands."""

import sys
from argparse import ArgumentParser
from typing import IO, Any, cast

import msgspec
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from projections.lag import ProjectionStatus, status

_COLUMNS = ("projection", "state", "checkpoint", "head", "behind (events)", "behind (s)", "objective (s)", "last look")


class Command(BaseCommand):
    help = "Print each projection's checkpoint, the head of the log, and the lag. Exit code 1: a projection is halted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print, then exit with 1 when a projection is halted."""
        found = status()
        if options["json"]:
            self.stdout.write(msgspec.json.encode(found).decode())
        else:
            Console(file=cast(IO[str], self.stdout), width=None if sys.stdout.isatty() else 140).print(_table(found))
        for halted in (one for one in found if one.error):
            self.stderr.write(f"{halted.projection} is halted: {halted.error}")
        if any(one.error for one in found):
            sys.exit(1)


def _table(found: list[ProjectionStatus]) -> Table:
    table = Table(*_COLUMNS)
    for one in found:
        silent = "never" if one.worker_silent_seconds is None else f"{one.worker_silent_seconds:.1f} s ago"
        figures = (one.position, one.head, one.lag_events, f"{one.lag_seconds:.1f}", f"{one.objective_seconds:g}")
        table.add_row(one.projection, one.state, *map(str, figures), silent)
    return table
