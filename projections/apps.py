"""The bridge's Django app: hears the doorbells of the write side, and answers queries that take both sides' code."""

from django.apps import AppConfig


class ProjectionsConfig(AppConfig):
    """HEAR → REWRITE."""

    name = "projections"

    def ready(self) -> None:
        """Connect the doorbells and the handlers; nothing is published and no database is touched."""
        from orders_read.queries import GetOrderAsOf, GetProjections
        from orders_read.query_bus import HANDLERS
        from orders_write.signals import events_committed, tokens_changed
        from projections import as_of, checks, projector_checks, standing, token_copies, wake_up  # noqa: F401  (checks register themselves)

        HANDLERS[GetOrderAsOf], HANDLERS[GetProjections] = as_of.get_order_as_of, standing.get_projections

        events_committed.connect(wake_up.ring, dispatch_uid="projections.wake_up")
        tokens_changed.connect(token_copies.copy_or_log, dispatch_uid="projections.token_copies")
