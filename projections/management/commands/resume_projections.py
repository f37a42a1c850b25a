"""`manage.py resume_projections`: let workers go on with paused projections."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders_write.management.on_record import record
from projections import pausing
from projections.pausing import NotPaused, paused
from projections.posting import INFRASTRUCTURE
from projections.projector import Projector
from projections.registry import PROJECTORS, chosen


class Command(BaseCommand):
    help = "Let workers go on with paused projections, from where they were paused. Who did it is recorded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("names", nargs="*", metavar="name", help="the projections to resume")
        parser.add_argument("--all", action="store_true", help="every projection that is paused")

    def handle(self, *args: Any, **options: Any) -> None:
        """Resume one after the other."""
        asked = chosen(options["names"], everything=options["all"], error=CommandError)
        for projector in [one for one in PROJECTORS if paused(one)] if options["all"] else asked:
            self._resume(projector)

    def _resume(self, projector: Projector) -> None:
        record("resume projection", projector.name)
        try:
            pausing.resume(projector)
        except (NotPaused, *INFRASTRUCTURE) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{projector.name}: resumed")
