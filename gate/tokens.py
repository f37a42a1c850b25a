"""Who asks: roles, actors, and the secret text of a token, of which a hash alone is kept."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

CUSTOMER, OPERATOR, SERVICE, AUDITOR = ROLES = ("customer", "operator", "service", "auditor")
_PREFIX, _RANDOM_BYTES = "dbk_", 32
_TEXT = re.compile(_PREFIX + "[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Actor:
    """Who asks, and what for; stands where Django expects a user.

    Raises:
        ValueError: there is no such role, a customer has no customer_id, or somebody else has one.
    """

    name: str
    role: str
    customer_id: str | None = None
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"There is no role '{self.role}'; there are: {', '.join(ROLES)}.")
        if self.role == CUSTOMER and not self.customer_id:
            raise ValueError("A customer's token needs the customer_id whose orders it opens.")
        if self.role != CUSTOMER and self.customer_id is not None:
            raise ValueError(f"A customer_id belongs to the role customer alone, not to {self.role}.")

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


def new_text() -> str:
    """Return the text of a new token: 256 random bits behind a prefix by which leaked ones can be found."""
    return _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def digest_of(text: str) -> str:
    """Return what is kept of a token's text. The text is random, so a plain hash is as good as a slow one."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_text(text: str) -> bool:
    """Tell whether a text has the form of a token; what has not need not be looked up."""
    return _TEXT.fullmatch(text) is not None
