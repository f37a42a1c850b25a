"""How commands know who asks."""

from gate.authentication import TokenAuthentication
from orders_write.models import AccessToken


class CommandTokens(TokenAuthentication):
    """Tokens of commands, from the write database."""

    rows, queries = AccessToken, False
