"""`manage.py skip_parked`: do without an event that cannot be applied, on record."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders_write.management.on_record import record
from projections import parking
from projections.management.arguments import stream_id
from projections.parking import CannotResolve, NothingParked
from projections.posting import INFRASTRUCTURE
from projections.registry import UnknownProjection, named


class Command(BaseCommand):
    help = (
        "Let a projection do without the event for which it holds a stream, now and in every rebuild, and go on with "
        "the stream. Who did it and why is recorded. Exit code 1: a later event of the stream is parked now."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("--projection", required=True, help="the projection that parked the event")
        parser.add_argument("--stream", required=True, type=stream_id, help="the stream that is held")
        parser.add_argument("--reason", required=True, help="why it may be skipped")
        parser.add_argument("--by", default=getpass.getuser(), help="who decided it (default: this system user)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Skip the first parked event of the stream."""
        if not options["reason"].strip():
            raise CommandError("Give a --reason: it is kept with the decision.")
        try:
            (projector,) = named([options["projection"]])
            target, reason = f"{projector.name} {options['stream']}", options["reason"]
            record("skip parked event", target, reason, decided_by=options["by"])
            done = parking.skip(projector, options["stream"], reason=options["reason"], by=options["by"])
        except (UnknownProjection, NothingParked, CannotResolve, *INFRASTRUCTURE) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{projector.name} {options['stream']}: 1 skipped, {done.left} still parked")
        if done.left:
            self.stderr.write(f"    {done.error}")
            sys.exit(1)
