"""`manage.py pause_projections`: leave the rows of projections as they are for a while."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders_write.management.on_record import record
from projections import pausing
from projections.pausing import PausedAlready
from projections.posting import INFRASTRUCTURE
from projections.projector import Projector
from projections.registry import chosen


class Command(BaseCommand):
    help = (
        "Let no worker post into the rows of projections until `resume_projections`. Nothing is lost: the log keeps "
        "what they lack. Queries go on, and answer with ever older rows. Who did it and why is recorded."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("names", nargs="*", metavar="name", help="the projections to pause")
        parser.add_argument("--all", action="store_true", help="every projection")
        parser.add_argument("--reason", required=True, help="why they are paused")

    def handle(self, *args: Any, **options: Any) -> None:
        """Pause one after the other."""
        if not options["reason"].strip():
            raise CommandError("Give a --reason: it is shown as long as they are paused.")
        for projector in chosen(options["names"], everything=options["all"], error=CommandError):
            self._pause(projector, options["reason"])

    def _pause(self, projector: Projector, reason: str) -> None:
        record("pause projection", projector.name, reason)
        try:
            pausing.pause(projector, by=getpass.getuser(), reason=reason)
        except (PausedAlready, *INFRASTRUCTURE) as error:
            raise CommandError(str(error)) from error
        resume = f"manage.py resume_projections {projector.name}"
        self.stdout.write(f"{projector.name}: paused; its rows stay as they are until `{resume}`")
