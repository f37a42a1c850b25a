"""`manage.py list_tokens`: who may use the API; the tokens themselves are stored nowhere."""

from argparse import ArgumentParser
from datetime import datetime
from typing import IO, Any, cast

import msgspec
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from orders_write.models import AccessToken

_COLUMNS = ("id", "name", "role", "customer_id", "state", "created_at", "expires_at", "made_by")
_ENDED = ("revoked_at", "revoked_by", "revoke_reason")


class Command(BaseCommand):
    help = "List the tokens that are live, with --all the revoked and expired ones too."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("--all", action="store_true", help="revoked and expired ones too")
        parser.add_argument("--json", action="store_true", help="one JSON document, for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them, the newest last."""
        columns = _COLUMNS + _ENDED * options["all"]
        found = [token for token in AccessToken.objects.order_by("id") if options["all"] or token.state == "live"]
        rows = [{column: getattr(token, column) for column in columns} for token in found]
        if options["json"]:
            self.stdout.write(msgspec.json.encode(rows).decode())
        else:
            _print(columns, rows, Console(file=cast(IO[str], self.stdout)))


def _print(columns: tuple[str, ...], rows: list[dict[str, Any]], console: Console) -> None:
    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*map(_cell, row.values()))
    console.print(table)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
