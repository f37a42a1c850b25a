"""How a request says who asks: by a token, which each side knows for itself, or by a signed-in browser's session."""

import time
from typing import Any, ClassVar

from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from gate.token_row import TokenRow
from gate.tokens import AUDITOR, OPERATOR, Actor, digest_of, is_text

REMEMBERED_SECONDS = 1.0
_MOST_REMEMBERED = 10_000
_remembered: dict[tuple[type["TokenAuthentication"], str], tuple[float, TokenRow | None]] = {}
_CURE = "make a new one with `manage.py create_token`."


class TokenAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer <token>` of one side's requests, and looks it up in that side's own table.

    What the table said is remembered for REMEMBERED_SECONDS, so that a busy client's token costs no query.
    """

    rows: ClassVar[type[TokenRow]]
    queries: ClassVar[bool]

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the actor, None when the request is the other side's or holds no token.

        Raises:
            AuthenticationFailed: the token is not one of ours, is revoked, or has expired.
        """
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer" or (request.method in SAFE_METHODS) is not self.queries:
            return None
        row = self._row(token.strip().decode("latin-1"))
        if row is None:
            raise AuthenticationFailed(f"The token is not valid; {_CURE}")
        if row.state != "live":
            raise AuthenticationFailed(f"The token is {row.state}; {_CURE}")
        return row.actor, None

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return 'Bearer realm="daybook"'

    def _row(self, text: str) -> TokenRow | None:
        if not is_text(text):
            return None
        key, now = (type(self), digest_of(text)), time.monotonic()
        until, row = _remembered.get(key, (0.0, None))
        return row if now < until else self._looked_up(key, now)

    def _looked_up(self, key: tuple[type["TokenAuthentication"], str], now: float) -> TokenRow | None:
        row = self.rows._default_manager.filter(digest=key[1]).first()
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        _remembered[key] = (now + REMEMBERED_SECONDS, row)
        return row


class StaffSession(SessionAuthentication):
    """A signed-in browser: what the API is to staff follows from their roles in the dashboard; others may nothing.

    Who may change orders there is an operator here, who may look at them an auditor. What changes something needs the
    CSRF token.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the actor, None when nobody is signed in.

        Raises:
            PermissionDenied: the account is no staff's, has no such role, or the CSRF token is missing or wrong.
        """
        found = super().authenticate(request)
        if found is None:
            return None
        user = found[0]
        if not user.is_staff:
            raise PermissionDenied("This account is not staff; the API's sessions are for staff, others use a token.")
        return Actor(user.get_username(), _role_of(user)), None


def _role_of(user: Any) -> str:
    if user.has_perm("orders_write.command_orders"):
        return OPERATOR
    if user.has_perm("orders_read.view_orderview"):
        return AUDITOR
    raise PermissionDenied("None of this account's roles opens orders; an administrator gives roles, at /admin/.")
