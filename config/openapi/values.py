"""What answers are made of: amounts, times, ids, tokens; and problems."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

Money = Annotated[
    str, Meta(pattern=r"^-?[0-9]+(\.[0-9]{1,4})?$", description="An exact amount in `currency`.", examples=["12.50"])
]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217.", examples=["GBP"])]
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339, in UTC.", examples=["2026-11-21T09:30:00.123456Z"])]
Id = Annotated[UUID, Meta(examples=["01890a5d-ac96-774b-bcce-b302099a8057"])]
Number = Annotated[int, Meta(ge=1)]
Count = Annotated[int, Meta(ge=0)]
Version = Annotated[int, Meta(ge=1, description="How many events the order has: its ETag without the quotes.")]
Seconds = Annotated[float, Meta(ge=0)]
Token = Annotated[str, Meta(min_length=1, max_length=200, description="Opaque.", examples=["MTI3:kqfV0nCq1Yw"])]
CursorText = Annotated[str, Meta(min_length=1, max_length=1_000)]
Stale = Annotated[bool, Meta(description="Whether what was asked to be in the answer is missing: ask again.")]
Month = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}$", examples=["2026-11"])]


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A JSON object with these members and no others."""


class FieldError(Body, frozen=True):
    """What is wrong, and where: a field such as `items.0.quantity`, a parameter or a header."""

    field: str
    detail: str


class Problem(Body, frozen=True):
    """Why nothing was done, as RFC 9457 has it; `type` is for programs and never changes, `detail` is for people."""

    type: Annotated[str, Meta(pattern="^/problems/[a-z-]+$")]
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: str
    instance: Annotated[str, Meta(description="The path that was asked for.")]
    errors: Annotated[list[FieldError], Meta(min_length=1)] | UnsetType = UNSET
    current_version: Annotated[int, Meta(ge=0, description="The order's, where it is the reason.")] | UnsetType = UNSET
