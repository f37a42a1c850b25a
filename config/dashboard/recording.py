"""Writes what a request is about to do into the audit trail: who asks, and from where."""

from ipaddress import ip_address
from typing import Any

from django.http import HttpRequest

from config.rate_limits import client_address
from orders_write import audit


def record(request: HttpRequest, action: str, target: str, reason: str = "", *, by: str = "", **details: Any) -> None:
    """Write an administrative action down, before it is done; `by` is who is signed in unless it is given.

    Raises:
        NotRecorded: it could not be written, so nothing must be done.
    """
    address = _valid(client_address(request))
    audit.record(
        action, target, by=by or request.user.get_username(), address=address, reason=reason.strip(), **details
    )


def _valid(address: str) -> str | None:
    """Return an address that the database takes; none for what a server on a socket says."""
    try:
        return str(ip_address(address))
    except ValueError:
        return None
