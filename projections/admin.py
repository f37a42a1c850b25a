"""What the engine remembers, in Django's admin: to look at only; the commands of the engine change it."""

from django.contrib import admin

from gate.admin import ReadOnlyAdmin
from projections.models import ParkedEvent, ProjectionLagSample, Rebuild, SkippedEvent, Verification


@admin.register(Rebuild)
class RebuildAdmin(ReadOnlyAdmin):
    """Rebuilds, the newest first: how far each is, who asked for it, and why one failed."""

    list_display = ("projection", "generation", "state", "phase", "events_done", "events_total", "started_at", "error")
    list_filter = ("projection", "state")
    ordering = ("-started_at",)


@admin.register(ParkedEvent)
class ParkedEventAdmin(ReadOnlyAdmin):
    """Events that hold their streams, and those that wait behind them."""

    list_display = ("projection", "position", "event_type", "stream_id", "version", "error", "attempts", "parked_at")
    list_filter = ("projection", "event_type")
    ordering = ("projection", "position")


@admin.register(SkippedEvent)
class SkippedEventAdmin(ReadOnlyAdmin):
    """Events that a projection does without, why, and who said so."""

    list_display = ("projection", "position", "event_type", "stream_id", "reason", "skipped_by", "skipped_at")
    list_filter = ("projection",)
    ordering = ("-skipped_at",)


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    """What the last comparison of each projection with the log found."""

    list_display = ("projection", "verified_at", "rows", "differences", "complete")
    ordering = ("projection",)


@admin.register(ProjectionLagSample)
class ProjectionLagSampleAdmin(ReadOnlyAdmin):
    """How far projections were behind, the newest first."""

    list_display = ("sampled_at", "projection", "partition", "lag_events", "lag_seconds", "objective_held")
    list_filter = ("projection", "objective_held")
    ordering = ("-sampled_at",)
