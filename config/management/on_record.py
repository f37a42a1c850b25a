"""Puts on record what Django's own commands do to accounts; they tell of it by Django's signals alone."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandParser
from django.db.models.signals import pre_save

from orders_write.management import on_record


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
        reason = options.pop("reason")

        def record(sender: Any, instance: User, **signal: Any) -> None:
            details: dict[str, Any] = {"is_superuser": True} if instance.is_superuser else {}
            on_record.record(self.action, instance.get_username(), reason, **details)

        pre_save.connect(record, sender=User)
        try:
            return super().handle(*args, **options)
        finally:
            pre_save.disconnect(record, sender=User)
