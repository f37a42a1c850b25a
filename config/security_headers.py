"""The headers that tell a browser what it may do with an answer, where Django's own middleware says nothing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PAGES = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
DASHBOARD = f"{PAGES}; script-src 'self' 'unsafe-eval'"  # the admin theme's Alpine evaluates its attributes
_DATA = "default-src 'none'; frame-ancestors 'none'"


class SecurityHeadersMiddleware:
    """Adds to each answer what its view has not said itself: pages load from here alone, data loads nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request; what the API answers is never kept by a cache without asking again."""
        response = self.get_response(request)
        headers = response.headers
        is_page = headers.get("Content-Type", "").startswith("text/html")
        pages = DASHBOARD if request.path.startswith("/admin/") else PAGES
        headers.setdefault("Content-Security-Policy", pages if is_page else _DATA)
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path.startswith("/api/"):
            headers.setdefault(
                "Cache-Control", "private, no-cache" if request.method in ("GET", "HEAD") else "no-store"
            )
        return response
