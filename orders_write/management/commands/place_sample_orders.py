"""`manage.py place_sample_orders N`: believable orders for demos and load."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders_write import samples

MAX_DAYS = 3_650


class Command(BaseCommand):
    help = "Place N believable orders through the command bus."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("count", type=int, metavar="N", help="how many orders")
        parser.add_argument("--seed", type=int, help="the same seed gives the same orders, under other ids")
        parser.add_argument("--days", type=int, default=0, help="spread them over the last DAYS days; else all is now")

    def handle(self, *args: Any, **options: Any) -> None:
        """Place them, and name a few."""
        if options["count"] < 1:
            raise CommandError("N must be 1 or more.")
        if not 0 <= options["days"] <= MAX_DAYS:
            raise CommandError(f"DAYS must be from 0 to {MAX_DAYS}.")
        placed = samples.place(options["count"], options["seed"], options["days"])
        self.stdout.write(f"placed {len(placed)} sample orders, such as {', '.join(map(str, placed[:3]))}")
