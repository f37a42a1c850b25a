"""How queries know who asks."""

from gate.authentication import TokenAuthentication
from orders_read.models import TokenCopy


class QueryTokens(TokenAuthentication):
    """Tokens of queries, from the copy in the read database."""

    rows, queries = TokenCopy, True
