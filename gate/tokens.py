"""API tokens: signed statements of who asks, so that neither side needs a database to know (decision 3)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from django.core import signing
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

CUSTOMER, OPERATOR, SERVICE, AUDITOR = ROLES = ("customer", "operator", "service", "auditor")
_SALT = "daybook.token"


@dataclass(frozen=True)
class Actor:
    """Who asks, and what for; stands where Django expects a user.

    Raises:
        ValueError: the role is none, or it is not a customer who has a customer_id.
    """

    name: str
    role: str
    customer_id: str | None = None
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"There is no role '{self.role}'; there are: {', '.join(ROLES)}.")
        if (self.role == CUSTOMER) != bool(self.customer_id):
            raise ValueError("A customer has a customer_id, and nobody else has one.")

    @property
    def scope(self) -> str:
        """What belongs to this actor alone is kept under this name: two customers' tokens may be called the same."""
        return "/".join(quote(part, safe="") for part in (self.role, self.customer_id or "", self.name))

    @property
    def pk(self) -> str:
        """The scope, where Django expects a user's key."""
        return self.scope

    def get_username(self) -> str:
        """Return the name, as Django's users do."""
        return self.name


def issue(actor: str, role: str, lifetime: timedelta = timedelta(days=365), customer_id: str | None = None) -> str:
    """Return a new token for an actor; it is stored nowhere.

    Raises:
        ValueError: there is no such role.
    """
    Actor(actor, role, customer_id)
    expires = int((datetime.now(UTC) + lifetime).timestamp())
    return signing.dumps({"actor": actor, "role": role, "customer": customer_id, "expires": expires}, salt=_SALT)


def actor_of(token: str) -> Actor:
    """Return who holds a token.

    Raises:
        AuthenticationFailed: it is not one of ours, or has expired.
    """
    try:
        claims = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise AuthenticationFailed("The token is not valid; make one with `manage.py create_token`.") from error
    if claims["expires"] < datetime.now(UTC).timestamp():
        raise AuthenticationFailed("The token has expired; make a new one with `manage.py create_token`.")
    return Actor(claims["actor"], claims["role"], claims.get("customer"))


class TokenAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the actor, None when the header is not there."""
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        return actor_of(token.strip().decode("latin-1")), None

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return 'Bearer realm="daybook"'
