"""`manage.py import_orders`: a shop's orders from a file, through the command bus."""

from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, cast

import msgspec
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from orders_write.imports import importer
from orders_write.imports.importer import Summary
from orders_write.imports.online_retail import Contents, UnreadableFile, read
from orders_write.imports.sole import AnotherImport

FORMATS = ("online-retail",)


class Command(BaseCommand):
    help = "Import orders and their returns from a file. Importing it again imports nothing twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("file", type=Path, help="a CSV file, plain or gzipped")
        parser.add_argument("--format", required=True, choices=FORMATS, help="the layout of the file")
        parser.add_argument(
            "--rejects", type=Path, help="where to write what is not imported (default: NAME.rejects.csv here)"
        )
        parser.add_argument("--json", action="store_true", help="print the summary as JSON, and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, place, and print the summary."""
        path: Path = options["file"]
        rejects = options["rejects"] or Path(f"{path.name.removesuffix('.gz').removesuffix('.csv')}.rejects.csv")
        console = Console(file=cast(IO[str], self.stdout), quiet=options["json"])
        _check_writable(rejects)
        try:
            summary = _place(console, read(path), rejects)
        except (UnreadableFile, AnotherImport) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(msgspec.json.encode(summary.as_dict()).decode())
        console.print(_table(summary))
        console.print(f"what was not imported, with line and reason: {rejects}", soft_wrap=True)


def _check_writable(rejects: Path) -> None:
    try:
        rejects.open("a").close()
    except OSError as error:
        raise CommandError(f"{rejects} cannot be written: {error.strerror}; name another file.") from error


def _place(console: Console, contents: Contents, rejects: Path) -> Summary:
    count = len(contents.invoices)
    console.print(
        f"[1/2] read {contents.rows} rows: {count} orders, {len(contents.credits)} rows of credit notes",
        highlight=False,
    )
    if not console.is_terminal:
        return importer.place(contents, rejects, _lines(console, count))
    with Progress(console=console) as progress:
        task = progress.add_task("[2/2] placing orders", total=count)
        return importer.place(contents, rejects, lambda orders: progress.advance(task, orders))


def _lines(console: Console, count: int) -> Any:
    done = 0

    def report(orders: int) -> None:
        nonlocal done
        done += orders
        if done % 5_000 < orders or done == count:
            console.print(f"[2/2] placed {done}/{count} orders", highlight=False)

    return report


def _table(summary: Summary) -> Table:
    table = Table("what", "rows", "orders", title=f"{summary.rows} rows")
    table.add_row("imported", str(summary.accepted_lines), str(summary.orders))
    table.add_row("already imported", str(summary.already_imported_lines), str(summary.already_imported))
    table.add_row("returned", str(summary.returned_rows), "")
    table.add_row("already returned", str(summary.already_returned_rows), "")
    table.add_row("rejected", str(summary.rejected_rows), "")
    for reason, rows in summary.rejected_by_reason.items():
        table.add_row(f"  {reason}", str(rows), "")
    return table
