"""The addresses of the dashboard's pages, below /admin/."""

from typing import TYPE_CHECKING

from django.urls import URLPattern, path

from config.dashboard.overview import Projections
from config.dashboard.page import Page
from config.dashboard.projection import Projection

if TYPE_CHECKING:
    from config.dashboard.site import DashboardSite

PAGES: dict[str, type[Page]] = {
    "projections": Projections,
    "projections/<slug:projection>": Projection,
}


def patterns(site: "DashboardSite") -> list[URLPattern]:
    """Return one address per page, open to signed-in staff alone; each page says who of them may see it."""
    return [path(address, site.admin_view(page.as_view(site=site)), name=page.name) for address, page in PAGES.items()]
