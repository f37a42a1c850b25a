"""The read side's Django app."""

from django.apps import AppConfig


class OrdersReadConfig(AppConfig):
    """SEE → ANSWER."""

    name = "orders_read"
    verbose_name = "Orders: read side"
