"""`manage.py create_token`: a new API token, printed once and stored nowhere."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gate.tokens import ROLES, issue


class Command(BaseCommand):
    help = "Print a new API token. It is stored nowhere; to end it early, rotate SECRET_KEY."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("--actor", required=True, help="who uses it; this name is in every event they cause")
        parser.add_argument("--role", default="operator", choices=ROLES, help="what they may do (default: operator)")
        parser.add_argument("--days", type=int, default=365, help="how long it is valid (default: 365)")
        parser.add_argument("--quiet", action="store_true", help="print the token alone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token."""
        if not options["actor"].strip() or options["days"] < 1:
            raise CommandError("--actor must not be empty, and --days must be 1 or more.")
        token = issue(options["actor"], options["role"], timedelta(days=options["days"]))
        if not options["quiet"]:
            self.stdout.write(f"{options['role']} {options['actor']}, valid for {options['days']} days, shown once:")
        self.stdout.write(token)
