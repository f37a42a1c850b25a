"""Real tokens for the tests: made once each, kept by both test databases until the end of the run."""

from functools import cache
from typing import Any

from gate.tokens import Actor


@cache
def token(name: str = "operator-1", role: str = "operator", customer_id: str | None = None) -> str:
    """Return the text of a token that both sides know."""
    from orders_write.tokens import make

    return make(Actor(name, role, customer_id), days=1, made_by="tests")[1]


def customer(customer_id: str) -> str:
    """Return the text of a customer's token."""
    return token(f"{customer_id}'s shop", "customer", customer_id)


def client(text: str = "", **options: Any) -> Any:
    """Return a client of the HTTP API that sends a token, and holds the answers against the API's description."""
    from tests.api.described import DescribedClient

    return DescribedClient(**({"HTTP_AUTHORIZATION": f"Bearer {text}"} if text else {}), **options)


def forget() -> None:
    """Let every request look its token up, as the first one of a second does."""
    from gate import authentication

    authentication._remembered.clear()
