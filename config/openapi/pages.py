"""`/api/docs` and `/api/redoc`: the description for people. All of both pages is served from here."""

from typing import Any

from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from config.security_headers import PAGES


class SwaggerUI(SpectacularSwaggerSplitView):
    """A page to read, and to try requests on; its script has an address of its own, as the security headers ask."""

    schema = None
    url_name = "schema"


class Redoc(SpectacularRedocView):
    """A page to read; its search runs in a worker that it makes itself."""

    schema = None
    url_name = "schema"
    template_name = "redoc.html"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the page."""
        page: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        page["Content-Security-Policy"] = f"{PAGES}; worker-src 'self' blob:"
        return page
