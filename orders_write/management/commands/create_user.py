"""`manage.py create_user`: somebody who may sign in to the dashboard, with a password that is shown once."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from orders_write.event_store import WRITE
from orders_write.management.on_record import record


class Command(BaseCommand):
    help = "Make an account for the dashboard with a role, and print its password, this once."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("name", help="what it signs in with")
        parser.add_argument("--role", required=True, help="viewer, operator, engineer, administrator, or one of yours")
        parser.add_argument("--reason", default="", help="why; it is kept in the audit trail")
        parser.add_argument("--quiet", action="store_true", help="print the password alone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account, on the record."""
        role, name, password = _role(options["role"]), options["name"], secrets.token_urlsafe(12)
        user = get_user_model()(username=name, is_staff=True)
        user.set_password(password)
        try:
            user.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        with transaction.atomic(using=WRITE):
            for action, details in (("make user", {"is_staff": True}), ("give role", {"role": role.name})):
                record(action, name, options["reason"], **details)
            user.save(using=WRITE)
            user.groups.add(role)
        if not options["quiet"]:
            self.stdout.write(f"{name} is {_with_article(role.name)}; the password, shown once:")
        self.stdout.write(password)


def _role(name: str) -> Group:
    found = Group.objects.using(WRITE).filter(name=name).first()
    if found is None:
        known = ", ".join(Group.objects.using(WRITE).order_by("name").values_list("name", flat=True))
        raise CommandError(f"There is no role '{name}'; there are: {known or 'none'}.")
    return found


def _with_article(role: str) -> str:
    return f"an {role}" if role[:1].lower() in "aeiou" else f"a {role}"
