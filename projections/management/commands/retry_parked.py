"""`manage.py retry_parked`: apply parked events again, after the fix."""

import sys
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from orders_write.management.on_record import record
from projections import parking
from projections.management.arguments import stream_id
from projections.parking import CannotResolve, NothingParked
from projections.posting import INFRASTRUCTURE
from projections.projector import Projector
from projections.registry import PROJECTORS, chosen


class Command(BaseCommand):
    help = "Apply parked events in order, stream by stream. Exit code 1: some are still parked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("--projection", action="append", default=[], help="only this projection (may be repeated)")
        parser.add_argument("--stream", type=stream_id, help="only this stream")

    def handle(self, *args: Any, **options: Any) -> None:
        """Retry every stream that is held, and say what became of each."""
        names = options["projection"]
        projectors = chosen(names, everything=not names, error=CommandError) if names else PROJECTORS
        found = [(projector, held) for projector in projectors for held in _held(projector, options["stream"])]
        if not found:
            self.stdout.write("Nothing is parked.")
        left = sum([self._retry(projector, held) for projector, held in found])
        if left:
            sys.exit(1)

    def _retry(self, projector: Projector, stream: UUID) -> int:
        record("retry parked events", f"{projector.name} {stream}")
        try:
            done = parking.retry(projector, stream)
        except NothingParked:  # somebody else was faster
            return 0
        except (CannotResolve, *INFRASTRUCTURE) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{projector.name} {stream}: {done.applied} applied, {done.left} still parked")
        if done.left:
            self.stderr.write(f"    {done.error}")
        return done.left


def _held(projector: Projector, only: UUID | None) -> list[UUID]:
    return [held.stream_id for held in parking.held_streams(projector) if only in (None, held.stream_id)]
