"""Puts on record what Django's own commands do to accounts; they tell of it by Django's signals alone."""

import getpass
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models.signals import pre_save

from orders_write import audit
from orders_write.audit import NotRecorded


class OnRecord(BaseCommand):
    """A command that saves an account; goes before Django's own among the bases."""

    action: str

    def add_arguments(self, parser: CommandParser) -> None:
        """Define the options: Django's, and the reason."""
        super().add_arguments(parser)
        parser.add_argument("--reason", default="", help="why; it is kept in the audit trail")

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Do what Django's command does, and write it down right before an account is saved.

        Raises:
            CommandError: it could not be written down, so nothing was done; or what Django's own says.
        """
        reason, by = options.pop("reason"), f"{getpass.getuser()} on the command line"

        def record(sender: Any, instance: User, **signal: Any) -> None:
            details: dict[str, Any] = {"is_superuser": True} if instance.is_superuser else {}
            audit.record(self.action, instance.get_username(), by=by, reason=reason, **details)

        pre_save.connect(record, sender=User)
        try:
            return super().handle(*args, **options)
        except NotRecorded as error:
            raise CommandError(str(error)) from error
        finally:
            pre_save.disconnect(record, sender=User)
