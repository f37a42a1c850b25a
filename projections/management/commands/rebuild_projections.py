"""`manage.py rebuild_projections`: fold the log into new tables beside the live ones, and swap them in."""

import getpass
import sys
from argparse import ArgumentParser
from functools import partial
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError

from orders_write.management.on_record import record
from projections import rebuild
from projections.checkpoints import Standing, standing
from projections.comparison import Different, Paused
from projections.management.arguments import ASKED_BY, count
from projections.management.progress import reporter
from projections.models import Rebuild
from projections.posting import INFRASTRUCTURE, CannotApply
from projections.projector import Projector
from projections.rebuild_lock import BeingRebuilt
from projections.rebuild_run import Cancelled, Failed, Options
from projections.registry import PROJECTORS, chosen

_REFUSALS = (rebuild.NoOpenRebuild, rebuild.CannotRollBack, BeingRebuilt, Cancelled)
_LEFT = "The live rows are untouched; go on with --resume, or discard the new ones with --cancel."


class Command(BaseCommand):
    help = "Rebuild read models from the log, beside the live rows, which serve until the new ones are swapped in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("names", nargs="*", metavar="name", help="the projections to rebuild")
        parser.add_argument("--all", action="store_true", help="every projection, one after the other")
        parser.add_argument(
            "--outdated", action="store_true", help="every projection whose rows another version of its code has built"
        )
        parser.add_argument(
            "--workers",
            type=partial(count, upto=64),
            default=1,
            metavar="N",
            help="fold in N processes of this machine",
        )
        parser.add_argument("--distributed", action="store_true", help="let Celery's workers fold (--workers of them)")
        parser.add_argument("--verify", action="store_true", help="compare with the live rows; swap only if equal")
        parser.add_argument(
            "--park", action="store_true", help="park events that cannot be applied instead of stopping"
        )
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--dry-run", action="store_true", help="show what would be done, and do nothing")
        what.add_argument("--resume", action="store_true", help="go on with an interrupted or failed rebuild")
        what.add_argument("--cancel", action="store_true", help="stop a rebuild and remove what it has made")
        what.add_argument("--rollback", action="store_true", help="swap the previous rows back in, caught up")
        parser.add_argument(
            "--json", action="store_true", help="print one JSON object per projection instead of progress"
        )
        parser.add_argument("--asked-by", metavar="NAME", help=ASKED_BY)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it for one projection after the other; the first failure ends the command with exit code 1."""
        projectors = _chosen(options)
        for number, projector in enumerate(projectors, start=1):
            self._do(projector, f"[{number}/{len(projectors)}]", options)

    def _do(self, projector: Projector, step: str, options: dict[str, Any]) -> None:
        do = next((name for name in ("dry_run", "cancel", "rollback") if options[name]), "rebuild")
        if not options["dry_run"] and not options["asked_by"]:
            record(_action(do, options), projector.name)
        try:
            said, found = getattr(self, f"_{do}")(projector, step, options)
        except _REFUSALS as error:
            raise CommandError(str(error)) from error
        except (CannotApply, Failed, Paused, *INFRASTRUCTURE) as error:
            raise CommandError(f"{error}\n{_LEFT}") from error
        except Different as error:
            raise CommandError(_differences(error)) from error
        except KeyboardInterrupt:
            self.stderr.write(f"Interrupted. {_LEFT}")
            sys.exit(130)
        self.stdout.write(
            msgspec.json.encode(found).decode() if options["json"] else f"{step} {projector.name}: {said}"
        )

    def _rebuild(self, projector: Projector, step: str, options: dict[str, Any]) -> tuple[str, Any]:
        by = options["asked_by"] or getpass.getuser()
        how = Options(options["workers"], options["distributed"], options["verify"], options["park"], by)
        run = rebuild.resume if options["resume"] else rebuild.rebuild
        with reporter(self.stdout, f"{step} rebuilding {projector.name}", quiet=options["json"]) as report:
            found = run(projector, how, report)
        return f"{found.events_done} events, done", _record(found)

    def _dry_run(self, projector: Projector, step: str, options: dict[str, Any]) -> tuple[str, Any]:
        plan = rebuild.plan(projector)
        return plan.sentence(), plan

    def _cancel(self, projector: Projector, step: str, options: dict[str, Any]) -> tuple[str, Any]:
        return "cancelled, nothing of it is left", _record(rebuild.cancel(projector))

    def _rollback(self, projector: Projector, step: str, options: dict[str, Any]) -> tuple[str, Any]:
        generation = rebuild.rollback(projector)
        return f"generation {generation} is live again", {"projection": projector.name, "generation": generation}


def _chosen(options: dict[str, Any]) -> list[Projector]:
    if not options["outdated"]:
        return chosen(options["names"], everything=options["all"], error=CommandError)
    if options["names"] or options["all"]:
        raise CommandError("--outdated finds the projections itself; name none, and leave --all away.")
    return [projector for projector in PROJECTORS if standing(projector) is Standing.NEEDS_REBUILD]


def _action(do: str, options: dict[str, Any]) -> str:
    """Return the words of the audit trail."""
    words = {"cancel": "cancel rebuild", "rollback": "roll back projection", "rebuild": "rebuild projection"}
    return "resume rebuild" if options["resume"] else words[do]


def _record(found: Rebuild) -> dict[str, Any]:
    seconds = ((found.finished_at or found.updated_at) - found.started_at).total_seconds()
    return {
        "projection": found.projection,
        "generation": found.generation,
        "state": found.state,
        "events": found.events_done,
        "seconds": round(seconds, 3),
    }


def _differences(error: Different) -> str:
    lines = [f"  {' '.join(one.key)} {one.field}: live {one.live!r}, log {one.log!r}" for one in error.shown]
    return "\n".join([str(error), *lines, *error.behind])
