"""The write side's Django app."""

from django.apps import AppConfig


class OrdersWriteConfig(AppConfig):
    """ASK → DECIDE → REMEMBER."""

    name = "orders_write"
    verbose_name = "Orders: write side"
