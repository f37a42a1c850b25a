"""The log in Django's admin, to look at only."""

from django.contrib import admin

from gate.admin import ReadOnlyAdmin
from orders_write.models import Event


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Every event, newest first."""

    list_display = ("position", "event_type", "stream_id", "version", "recorded_at")
    list_filter = ("event_type",)
    search_fields = ("stream_id__exact",)
    search_help_text = "The id of an order."
    ordering = ("-position",)
