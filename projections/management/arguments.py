"""Arguments of commands, parsed with a sentence for what is wrong."""

from argparse import ArgumentTypeError
from uuid import UUID

ASKED_BY = "who asked for it in the dashboard, where it is on record already"


def stream_id(text: str) -> UUID:
    """Return a stream's id.

    Raises:
        ArgumentTypeError: the text is not one.
    """
    try:
        return UUID(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not the id of a stream; give a UUID.") from None


def count(text: str, upto: int) -> int:
    """Return a number from 1 to `upto`.

    Raises:
        ArgumentTypeError: the text is not one.
    """
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= upto:
        raise ArgumentTypeError(f"'{text}' is not a number from 1 to {upto}.")
    return int(text)
