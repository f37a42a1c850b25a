"""The overview: whether everything is all right."""

from typing import Any

from config.dashboard.page import Page
from projections import lag


class Overview(Page):
    """The dashboard's first page."""

    name = "index"
    title = "Overview"
    template_name = "dashboard/overview.html"
    live = ("projections",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show where each projection stands."""
        projections: list[lag.ProjectionStatus] = self.part("where the projections stand", lag.status, [])
        return super().get_context_data(projections=projections, **kwargs)
