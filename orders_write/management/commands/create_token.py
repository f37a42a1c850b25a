"""`manage.py create_token`: a new API token, shown once; its hash alone is stored."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from gate.tokens import OPERATOR, ROLES, Actor
from orders_write import tokens
from orders_write.event_store import WRITE
from orders_write.management.on_record import record
from orders_write.models import AccessToken


class Command(BaseCommand):
    help = "Make an API token and print it, this once. `list_tokens` shows those there are, `revoke_token` ends them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("--name", "--actor", required=True, help="who uses it; every event they cause names them")
        parser.add_argument("--role", default=OPERATOR, choices=ROLES, help="what they may do (default: operator)")
        parser.add_argument("--customer", metavar="ID", help="whose orders it opens; for the role customer")
        parser.add_argument("--days", type=int, default=365, help="how long it is valid (default: 365)")
        parser.add_argument("--reason", default="", help="why; it is kept in the audit trail")
        parser.add_argument("--quiet", action="store_true", help="print the token alone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the token and print it."""
        try:
            actor = tokens.actor_named(options["name"], options["role"], options["customer"])
            token, text = _made(actor, options["days"], options["reason"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        if not options["quiet"]:
            self.stdout.write(f"{token}, valid until {token.expires_at:%Y-%m-%d}, shown once:")
        self.stdout.write(text)


def _made(actor: Actor, days: int, reason: str) -> tuple[AccessToken, str]:
    """Make the token and record it, or neither."""
    with transaction.atomic(using=WRITE):
        token, text = tokens.make(actor, days, made_by=f"create_token by {getpass.getuser()}")
        details: dict[str, Any] = {"customer_id": actor.customer_id, "days": days}
        record("make token", str(token), reason, **details)
    return token, text
