"""The read side's Django app."""

from django.apps import AppConfig
from django.core.signals import request_started


class OrdersReadConfig(AppConfig):
    """SEE → ANSWER."""

    name = "orders_read"
    verbose_name = "Orders: read side"

    def ready(self) -> None:
        """See to it that a request begins with connections that live."""
        from orders_read.reading import close_the_dead

        request_started.connect(close_the_dead, dispatch_uid="orders_read.reading")
