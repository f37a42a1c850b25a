"""How a request may say who asks."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

SCHEMES: Mapping[str, Mapping[str, str]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token that `manage.py create_token` or the admin made; it carries a role.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
        "description": "The browser of signed-in staff, who are operators; what changes something needs `X-CSRFToken`.",
    },
}


def security_of(view: Any) -> list[dict[str, list[str]]]:
    """Return which of them will do: each, or none where nobody is asked."""
    return [{name: []} for name in SCHEMES] if view.authentication_classes else [{}]
