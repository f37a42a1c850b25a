"""Cursors: a place in a sorted list, signed, and good for the question alone that it was given with."""

from typing import Any

import msgspec
from django.core import signing

from orders_read.queries import Cursor, ListOrders

_SALT = "daybook.cursor"
_LONGEST = 1_000
START = "*"


class NotACursor(ValueError):
    """A cursor is not one of ours, or belongs to another question."""

    def __init__(self) -> None:
        super().__init__("This is not a cursor of this question: repeat the question's parameters with its cursors.")


def text_of(query: ListOrders, cursor: Cursor | None) -> str | None:
    """Return the text of a cursor of a question, None for none."""
    if cursor is None:
        return None
    place = [cursor.forward, cursor.value, cursor.order_id]
    return _signer(query).sign_object(msgspec.to_builtins(place))


def read(query: ListOrders, text: str) -> Cursor:
    """Return the cursor of a question that a text stands for; `*` is the beginning.

    Raises:
        NotACursor: it is none of this question's.
    """
    if text == START:
        return Cursor()
    try:
        if len(text) > _LONGEST:
            raise NotACursor
        place: Any = _signer(query).unsign_object(text)
    except signing.BadSignature:
        raise NotACursor from None
    return msgspec.convert(dict(zip(Cursor.__struct_fields__, place, strict=True)), Cursor)


def _signer(query: ListOrders) -> signing.Signer:
    """Return a signer whose key is the question's own: what is asked, in which order, and whose orders are seen."""
    asked = msgspec.structs.asdict(query) | {"actor": query.actor.customer_id, "type": type(query).__name__}
    for name in ("page", "page_size", "cursor", "counts"):
        del asked[name]
    return signing.Signer(salt=f"{_SALT}:{msgspec.json.encode(asked).decode()}")
