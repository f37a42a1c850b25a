"""The Consistency-Token: how far the log had come when a command was done, opaque to clients."""

from django.core import signing

_SALT = "daybook.consistency"


def token_of(position: int) -> str:
    """Return the token that stands for a position in the log."""
    return signing.Signer(salt=_SALT).sign_object(position)


def position_of(token: str) -> int:
    """Return the position that a token stands for.

    Raises:
        BadSignature: the token is not one of ours.
    """
    return int(signing.Signer(salt=_SALT).unsign_object(token))
