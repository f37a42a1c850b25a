"""The headers with which a query says what its answer must show, and what the caller has already."""

import re

from django.core.signing import BadSignature
from rest_framework.request import Request

from gate.checks import described
from gate.consistency import position_of
from gate.problems import invalid_field

_WAIT = re.compile(r"wait\s*=\s*([0-9]{1,9})", re.IGNORECASE)
_EXACT = re.compile(r"count\s*=\s*\"?exact\"?", re.IGNORECASE)
_TAGS = re.compile(r'(W/)?"[\x21\x23-\x7e]*"(\s*,\s*(W/)?"[\x21\x23-\x7e]*")*')
_MOST = 1_000


def consistency_of(request: Request) -> int:
    """Return the position that `Consistency-Token` stands for, 0 without the header.

    Raises:
        Problem: 400, the header is not a token of this API.
    """
    token = request.META.get("HTTP_CONSISTENCY_TOKEN")
    try:
        return position_of(token) if token is not None else 0
    except BadSignature as error:
        sentence = "This header holds a token that a command or a query of this API gave."
        raise invalid_field("Consistency-Token", sentence) from error


@described(type="string", maxLength=200, examples=["MTI3:kqf"])
def position_check(value: str) -> int:
    """Check a query parameter that holds a token; return its position."""
    try:
        return position_of(value)
    except BadSignature:
        raise ValueError(
            "This must be a token of this API: a Consistency-Token, a Read-Position, or a feed's `next`."
        ) from None


def wait_of(request: Request) -> int | None:
    """Return the seconds of `Prefer: wait=N`, None where the caller has no such preference (RFC 7240).

    Raises:
        Problem: 400, `wait` has no whole number of seconds.
    """
    for wish in _preferences(request):
        if re.match(r"wait\b", wish, re.IGNORECASE):
            if not (found := _WAIT.fullmatch(wish)):
                raise invalid_field("Prefer", "The preference `wait` is a whole number of seconds, such as wait=2.")
            return int(found[1])
    return None


def prefers_count(request: Request) -> bool:
    """Tell whether the caller prefers an exact number to a fast answer: `Prefer: count=exact`, as PostgREST has it."""
    return any(_EXACT.fullmatch(wish) for wish in _preferences(request))


def _preferences(request: Request) -> list[str]:
    """Return what the caller prefers, without the parameters of each."""
    header = request.META.get("HTTP_PREFER", "")[:_MOST]
    return [preference.partition(";")[0].strip() for preference in header.split(",")]


def known_tags(request: Request) -> frozenset[str]:
    """Return the ETags of `If-None-Match`, each with its quotes; empty without the header.

    Raises:
        Problem: 400, the header is no list of ETags.
    """
    header = request.META.get("HTTP_IF_NONE_MATCH", "").strip()
    if header in ("", "*"):
        return frozenset([header] if header else [])
    if len(header) > _MOST or not _TAGS.fullmatch(header):
        raise invalid_field("If-None-Match", 'This header holds ETags, such as "3", with commas between them.')
    return frozenset(tag.strip().removeprefix("W/") for tag in header.split(","))
