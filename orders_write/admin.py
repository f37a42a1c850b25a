"""The log in Django's admin: to look at only; nothing here could change it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from orders_write.models import Event


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Every event, newest first."""

    list_display = ("position", "event_type", "stream_id", "version", "recorded_at")
    list_filter = ("event_type",)
    search_fields = ("stream_id__exact",)
    search_help_text = "The id of an order."
    ordering = ("-position",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Events are appended by commands."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Events never change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Events stay for ever."""
        return False
