"""The read models in Django's admin: to look at only, because they are derived from the log."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from gate.admin import ReadOnlyAdmin
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
        return (queryset.filter(_matching(search_term)) if search_term.strip() else queryset), False


def _matching(text: str) -> Q:
    """Return the condition that an order's words match a text, or that the text is its id."""
    words = Q(search=SearchQuery(text, config="simple", search_type="websearch"))
    try:
        return words | Q(order_id=UUID(text.strip()))
    except ValueError:
        return words
