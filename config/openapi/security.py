"""How a request may say who asks."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class BearerToken(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A token in the header `Authorization`."""

    target_class = "gate.tokens.TokenAuthentication"
    match_subclasses = True
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return OpenAPI's security scheme."""
        described = "A token that `manage.py create_token` or the admin made; it carries a role."
        return {"type": "http", "scheme": "bearer", "description": described}


class StaffSession(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The cookie of a signed-in browser."""

    target_class = "rest_framework.authentication.SessionAuthentication"
    match_subclasses = True
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return OpenAPI's security scheme."""
        described = "The browser of signed-in staff, who are operators; what changes something needs `X-CSRFToken`."
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME, "description": described}
