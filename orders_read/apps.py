"""The read side's Django app."""

from django.apps import AppConfig
from django.core.signals import request_started

from gate import kept


class OrdersReadConfig(AppConfig):
    """SEE → ANSWER."""

    name = "orders_read"
    verbose_name = "Orders: read side"

    def ready(self) -> None:
        """See to it that a request begins with connections that live."""
        request_started.connect(kept.close_the_dead, dispatch_uid="gate.kept")
