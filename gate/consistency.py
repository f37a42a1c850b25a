"""The Consistency-Token: how far the log had come when a command was done, opaque to clients."""

from functools import lru_cache

from django.core import signing

_SALT = "daybook.consistency"
_LONGEST = 200


@lru_cache(maxsize=1_000)
def token_of(position: int) -> str:
    """Return the token that stands for a position in the log."""
    return signing.Signer(salt=_SALT).sign_object(position)


def position_of(token: str) -> int:
    """Return the position that a token stands for.

    Raises:
        BadSignature: the token is not one of ours.
    """
    if len(token) > _LONGEST:
        raise signing.BadSignature("A token is shorter.")
    return int(signing.Signer(salt=_SALT).unsign_object(token))
