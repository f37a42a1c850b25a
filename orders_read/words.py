"""The words of a search as a tsquery that cannot be wrong: words, "phrases", `or`, `-without` and `begins*`."""

import re
from collections.abc import Iterable

from orders_read.conditions import Condition

LEAST_PREFIX = 3
_TOKENS = re.compile(r'-?"[^"]*"?|\S+')
_PREFIX = re.compile(rf"(-?)([^\"*]{{{LEAST_PREFIX},}})\*+")
# `sku-0123` is two words, and the first one says little: a shop has it in all of its orders.
_NUMBERED = re.compile(r"([A-Za-z]+)(-[0-9]+)")
_PLAIN = "websearch_to_tsquery('simple', %s)"
_LEXEME = "to_tsquery('simple', %s)"


def tsquery(text: str, *, loosely: bool = False) -> Condition:
    """Return the expression, of type tsquery, that stands for what somebody typed.

    Loosely: one that matches all of that and maybe more, for an index to find quickly.
    """
    groups = [_group(tokens, loosely) for tokens in _alternatives(_TOKENS.findall(text))]
    sql = " || ".join(f"({group.sql})" for group in groups)
    return Condition("search", f"({sql})", tuple(value for group in groups for value in group.values))


def _alternatives(tokens: Iterable[str]) -> list[list[str]]:
    """Split tokens at each `or`."""
    groups: list[list[str]] = [[]]
    for token in tokens:
        if token.lower() == "or":
            groups.append([])
        else:
            groups[-1].append(token)
    return groups


def _group(tokens: list[str], loosely: bool) -> Condition:
    """Return the expression for tokens that all must match."""
    special = {token: part for token in tokens if (part := _special(token, loosely))}
    plain = " ".join(token for token in tokens if token not in special)
    sql = " && ".join([_PLAIN, *(f"({part.sql})" for part in special.values())])
    return Condition("search", sql, (plain, *(value for part in special.values() for value in part.values)))


def _special(token: str, loosely: bool) -> Condition | None:
    """Return the expression for a token that is not read as it stands, None for one that is."""
    if found := _PREFIX.fullmatch(token):
        without, begin = found[1], _begins(found[2], loosely and not found[1])
        return Condition("search", f"!! ({begin.sql})", begin.values) if without else begin
    if loosely and (numbered := _NUMBERED.fullmatch(token)):
        return Condition("search", _LEXEME, (_quoted(numbered[2]),))
    return None


def _begins(word: str, loosely: bool) -> Condition:
    """Return the expression for words that begin so; one before a number is whole."""
    numbered = _NUMBERED.fullmatch(word)
    begins = f"{_quoted(numbered[2] if numbered else word)}:*"
    if numbered and not loosely:
        return Condition("search", f"{_PLAIN} <-> {_LEXEME}", (numbered[1], begins))
    return Condition("search", _LEXEME, (begins,))


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
