"""`manage.py verify_projections`: compare read models with the log."""

import sys
from argparse import ArgumentParser
from functools import partial
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError

from orders_write.management.on_record import record
from projections.management.arguments import ASKED_BY, count
from projections.posting import INFRASTRUCTURE
from projections.projector import Projector
from projections.registry import PROJECTORS, chosen
from projections.verify import CannotVerify, Verified, verify

_SAMPLE = 1_000


class Command(BaseCommand):
    help = (
        "Fold the log again and compare it with the live rows, while they serve. "
        "Exit code 1: rows differ (and were not repaired)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("names", nargs="*", metavar="name", help="the projections to verify (default: every one)")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--all", action="store_true", help="compare every row")
        how.add_argument(
            "--sample",
            type=partial(count, upto=100_000),
            default=_SAMPLE,
            metavar="N",
            help=f"compare the rows of about N streams (default: {_SAMPLE}); rows that streams share are all compared",
        )
        parser.add_argument("--repair", action="store_true", help="replace the rows that differ")
        parser.add_argument("--json", action="store_true", help="print one JSON object per projection")
        parser.add_argument("--asked-by", metavar="NAME", help=ASKED_BY)

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify one projection after the other, then exit with 1 when one differs."""
        names = options["names"]
        projectors = chosen(names, everything=False, error=CommandError) if names else PROJECTORS
        found = [self._verify(projector, options) for projector in projectors]
        if any(one.differences > one.repaired for one in found):
            sys.exit(1)

    def _verify(self, projector: Projector, options: dict[str, Any]) -> Verified:
        if options["repair"] and not options["asked_by"]:
            record("repair rows", projector.name)
        try:
            found = verify(projector, None if options["all"] else options["sample"], repair=options["repair"])
        except (CannotVerify, ValueError, *INFRASTRUCTURE) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(msgspec.json.encode(found).decode() if options["json"] else _sentence(found))
        return found


def _sentence(found: Verified) -> str:
    what = "all rows" if found.complete else "a sample"
    repaired = f", {found.repaired} repaired" if found.repaired else ""
    lines = [f"{found.projection}: {found.rows} rows compared ({what}), {found.differences} differ{repaired}"]
    lines += [f"  {' '.join(one.key)} {one.field}: live {one.live!r}, log {one.log!r}" for one in found.shown]
    return "\n".join([*lines, *found.behind])
