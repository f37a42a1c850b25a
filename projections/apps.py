"""The bridge's Django app: hears the doorbells of the write side and sees to the read side."""

from django.apps import AppConfig


class ProjectionsConfig(AppConfig):
    """HEAR → REWRITE."""

    name = "projections"

    def ready(self) -> None:
        """Connect the doorbells; nothing is published and no database is touched."""
        from orders_write.signals import events_committed, tokens_changed
        from projections import checks, projector_checks, token_copies, wake_up  # noqa: F401  (checks register themselves)

        events_committed.connect(wake_up.ring, dispatch_uid="projections.wake_up")
        tokens_changed.connect(token_copies.copy_or_log, dispatch_uid="projections.token_copies")
