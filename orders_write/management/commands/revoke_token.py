"""`manage.py revoke_token`: ends tokens for ever, on both sides within about a second."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from orders_write import tokens
from orders_write.event_store import WRITE
from orders_write.management.on_record import record
from orders_write.models import AccessToken


class Command(BaseCommand):
    help = "Revoke tokens by their ids, which `list_tokens` shows, or all of one name."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("ids", nargs="*", type=int, metavar="id", help="as `list_tokens` shows it")
        parser.add_argument("--name", help="every live token of this name")
        parser.add_argument("--reason", required=True, help="why; it is kept with the token")

    def handle(self, *args: Any, **options: Any) -> None:
        """Revoke them, all or none."""
        if bool(options["ids"]) == bool(options["name"]) or not options["reason"].strip():
            raise CommandError("Give ids or --name, and a --reason that is not empty.")
        ids = self._of_name(options["name"]) if options["name"] else self._known(options["ids"])
        for token in _revoked(ids, options["reason"]):
            self.stdout.write(f"{token} is revoked.")

    def _of_name(self, name: str) -> list[int]:
        found = AccessToken.objects.filter(name=name, revoked_at=None).order_by("id")
        if not found:
            raise CommandError(f"No live token is called '{name}'; `manage.py list_tokens` shows those there are.")
        return [token.pk for token in found]

    def _known(self, ids: list[int]) -> list[int]:
        live = set(AccessToken.objects.filter(pk__in=ids, revoked_at=None).values_list("pk", flat=True))
        if wrong := [str(one) for one in ids if one not in live]:
            raise CommandError(f"Not there, or revoked before: {', '.join(wrong)}; nothing was revoked.")
        return ids


def _revoked(ids: list[int], reason: str) -> list[AccessToken]:
    """Revoke them and record it, or neither."""
    with transaction.atomic(using=WRITE):
        found = tokens.revoke(ids, f"revoke_token by {getpass.getuser()}", reason)
        for token in found:
            record("revoke token", str(token), reason)
    return found
