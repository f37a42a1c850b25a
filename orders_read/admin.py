"""The read models in Django's admin: to look at only, because they are derived from the log."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from gate.admin import ReadOnlyAdmin
from orders_read.handlers import matching
from orders_read.models import OrderView


@admin.register(OrderView)
class OrderViewAdmin(ReadOnlyAdmin):
    """The orders as readers see them; commands change them, nobody else."""

    list_display = ("order_id", "reference", "customer_id", "status", "total", "currency", "created_at", "version")
    list_filter = ("status", "currency")
    search_fields = ("search",)
    search_help_text = "Words of an order: its id, reference, customer, products or address."
    exclude = ("search", "search_text")
    ordering = ("-created_at", "-order_id")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search the words, or the id, as the API does."""
        return (queryset.filter(matching(search_term)) if search_term.strip() else queryset), False
