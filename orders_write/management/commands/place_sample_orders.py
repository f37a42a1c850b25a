"""`manage.py place_sample_orders N`: believable orders for demos and load."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders_write import samples


class Command(BaseCommand):
    help = "Place N believable orders through the command bus."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("count", type=int, metavar="N", help="how many orders")
        parser.add_argument("--seed", type=int, help="the same seed gives the same orders, under other ids")

    def handle(self, *args: Any, **options: Any) -> None:
        """Place them, and name a few."""
        if options["count"] < 1:
            raise CommandError("N must be 1 or more.")
        placed = samples.place(options["count"], options["seed"])
        self.stdout.write(f"placed {len(placed)} sample orders, such as {', '.join(map(str, placed[:3]))}")
