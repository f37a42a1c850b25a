"""The admin's site with the dashboard's pages in it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
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
