"""The bridge's Django app: hears the doorbell of the write side and wakes the workers of the read side."""

from django.apps import AppConfig


class ProjectionsConfig(AppConfig):
    """HEAR → REWRITE."""

    name = "projections"

    def ready(self) -> None:
        """Connect the doorbell; nothing is published and no database is touched."""
        from orders_write.signals import events_committed
        from projections import checks, projector_checks, wake_up  # noqa: F401  (checks register themselves with Django)

        events_committed.connect(wake_up.ring, dispatch_uid="projections.wake_up")
