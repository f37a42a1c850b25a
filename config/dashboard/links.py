"""Addresses of the dashboard's pages, and who a signed-in person is to the buses."""

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from gate.tokens import OPERATOR, Actor


def address(name: str, *args: Any, **query: Any) -> str:
    """Return the address of a page, "" where there is no such page; what is empty is left out of the query."""
    try:
        found = reverse(f"admin:{name}", args=args)
    except NoReverseMatch:
        return ""
    given = {key: value for key, value in query.items() if value not in ("", None)}
    return f"{found}?{urlencode(given)}" if given else found


def actor(request: Any) -> Actor:
    """Return who asks: the signed-in person, whose rights the page has checked."""
    return Actor(request.user.get_username(), OPERATOR)
