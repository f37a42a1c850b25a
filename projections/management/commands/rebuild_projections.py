"""`manage.py rebuild_projections`: fold the log into read models again."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from projections import rebuild
from projections.catch_up import INFRASTRUCTURE
from projections.projector import Projector
from projections.registry import PROJECTORS, UnknownProjection, named

_LINE_EVERY = 20_000


class Command(BaseCommand):
    help = "Rebuild read models from the log. Readers see the old rows until the new ones are complete."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("names", nargs="*", metavar="name", help="the projections to rebuild")
        parser.add_argument("--all", action="store_true", help="rebuild every projection")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild one after the other; a failure leaves that read model as it was."""
        projectors = _chosen(options["names"], options["all"])
        for number, projector in enumerate(projectors, start=1):
            self.stdout.write(f"[{number}/{len(projectors)}] rebuilding {projector.name}")
            self.stdout.write(f"[{number}/{len(projectors)}] {projector.name}: {self._rebuild(projector)} events, done")

    def _rebuild(self, projector: Projector) -> int:
        console = Console(file=cast(IO[str], self.stdout))
        try:
            if not console.is_terminal:
                return rebuild.rebuild(projector, _lines(self.stdout.write))
            with Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=console,
            ) as progress:
                return rebuild.rebuild(projector, _bar(progress, projector.name))
        except INFRASTRUCTURE as error:
            raise CommandError(f"{projector.name} is unchanged; try again: {error}") from error


def _chosen(names: list[str], everything: bool) -> list[Projector]:
    if bool(names) == everything:
        known = ", ".join(projector.name for projector in PROJECTORS)
        raise CommandError(f"Name projections, or give --all; there are: {known}.")
    try:
        return list(PROJECTORS) if everything else named(names)
    except UnknownProjection as error:
        raise CommandError(str(error)) from error


def _lines(write: Callable[[str], object]) -> Callable[[rebuild.Progress], None]:
    def report(progress: rebuild.Progress) -> None:
        if progress.events % _LINE_EVERY < rebuild.BATCH:
            write(f"    {progress.projection}: {progress.events} events, position {progress.position}/{progress.head}")

    return report


def _bar(bar: Progress, name: str) -> Callable[[rebuild.Progress], None]:
    task = bar.add_task(name, total=None)

    def report(progress: rebuild.Progress) -> None:
        bar.update(task, completed=progress.position, total=progress.head)

    return report
