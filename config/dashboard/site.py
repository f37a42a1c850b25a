"""The admin's site with the dashboard's pages in it."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from unfold.sites import UnfoldAdminSite


class DashboardSite(UnfoldAdminSite):  # type: ignore[misc]
    """Serves the dashboard's pages beside the admin's lists; its index is the overview."""

    index_title = "Overview"
    enable_nav_sidebar = True

    def extra_urls(self) -> list[URLPattern]:
        """Return the addresses of the dashboard's pages."""
        from config.dashboard import urls

        return urls.patterns(self)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the overview."""
        from config.dashboard.overview import Overview

        return Overview.as_view(site=self)(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Let somebody set his own password, on the record."""
        from config.dashboard.recording import record
        from orders_write.event_store import WRITE

        with transaction.atomic(using=WRITE):
            answer: HttpResponse = super().password_change(request, {"title": "Change your password"})
            if isinstance(answer, HttpResponseRedirect):
                record(request, "set password", request.user.get_username())
        return answer
