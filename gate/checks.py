"""Checks of texts that stand in an address: how each is read, and what a JSON Schema says of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gate.fields import AMOUNT, CANONICAL_UUID
from gate.text import CLEAN, clean

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:]{8}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})")
_DAY = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Check:
    """Reads a text, or raises ValueError with a sentence; `schema` describes the texts that it reads."""

    read: Callable[[str], Any]
    schema: Mapping[str, Any]

    def __call__(self, value: str) -> Any:
        """Return what the text stands for."""
        return self.read(value)


def described(**schema: Any) -> Callable[[Callable[[str], Any]], Check]:
    """Make a check of the function below, which reads texts of this schema."""
    return lambda read: Check(read, schema)


def text(limit: int) -> Check:
    """Return a check for a text of up to `limit` characters."""

    @described(type="string", maxLength=limit, pattern=CLEAN)
    def check(value: str) -> str:
        if len(value) > limit:
            raise ValueError(f"This has at most {limit} characters, not {len(value)}.")
        return clean(value).strip()

    return check


def number(low: int, high: int) -> Check:
    """Return a check for a whole number from `low` to `high`."""

    @described(type="integer", minimum=low, maximum=high)
    def check(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise ValueError(f"This must be a whole number from {low} to {high}.")
        return int(value)

    return check


def one_of(choices: Sequence[str]) -> Check:
    """Return a check for one of some words."""

    @described(type="string", enum=list(choices))
    def check(value: str) -> str:
        if value not in choices:
            raise ValueError(f"This must be one of: {', '.join(choices)}.")
        return value

    return check


@described(type="string", format="date-time", examples=["2026-11-21T09:30:00Z"])
def moment(value: str) -> datetime:
    """Check a time with an offset from UTC, as in RFC 3339, and return it in UTC."""
    sentence = "This must be a time with its offset, such as 2026-11-21T09:30:00Z; in an address, write + as %2B."
    if not _MOMENT.fullmatch(value):
        raise ValueError(sentence)
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(sentence) from error


@described(type="string", format="date", pattern="^(19|20|21)", examples=["2026-11-21"])
def day(value: str) -> date:
    """Check a day such as 2026-11-21."""
    try:
        return _date(value)
    except ValueError:
        raise ValueError("This must be a day such as 2026-11-21.") from None


@described(type="string", pattern="^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-11"])
def month(value: str) -> date:
    """Check a month such as 2026-11, and return its first day."""
    try:
        return _date(f"{value}-01")
    except ValueError:
        raise ValueError("This must be a month such as 2026-11.") from None


@described(type="string", pattern=f"^{AMOUNT.pattern}$", examples=["12.50"])
def amount(value: str) -> Decimal:
    """Check an exact amount, such as 12.50."""
    if not AMOUNT.fullmatch(value):
        raise ValueError("This must be an amount such as 12.50: up to 12 digits, and up to 4 decimals after a point.")
    return Decimal(value)


@described(type="string", format="uuid", examples=["01890a5d-ac96-774b-bcce-b302099a8057"])
def identifier(value: str) -> UUID:
    """Check a UUID in its canonical form."""
    if not CANONICAL_UUID.fullmatch(value):
        raise ValueError("This must be a UUID such as '01890a5d-ac96-774b-bcce-b302099a8057'.")
    return UUID(value)


def _date(value: str) -> date:
    if not _DAY.fullmatch(value):
        raise ValueError
    return date.fromisoformat(value)
