"""The words of a search as a tsquery that cannot be wrong: words, "phrases", `or`, `-without` and `begins*`."""

import re
from collections.abc import Iterable
from typing import Any

from orders_read.conditions import Condition

LEAST_PREFIX = 3
_TOKENS = re.compile(r'-?"[^"]*"?|\S+')
_PREFIX = re.compile(rf"(-?)([^\"*]{{{LEAST_PREFIX},}})\*+")
_PLAIN = "websearch_to_tsquery('simple', %s)"
_BEGINS = "to_tsquery('simple', %s)"


def tsquery(text: str) -> Condition:
    """Return the expression, of type tsquery, that stands for what somebody typed."""
    groups = [_group(tokens) for tokens in _alternatives(_TOKENS.findall(text))]
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


def _group(tokens: list[str]) -> Condition:
    """Return the expression for tokens that all must match."""
    plain = " ".join(token for token in tokens if not _PREFIX.fullmatch(token))
    begins = [found for token in tokens if (found := _PREFIX.fullmatch(token))]
    parts = [_PLAIN, *("!! " * bool(found[1]) + _BEGINS for found in begins)]
    values: list[Any] = [plain, *(f"{_quoted(found[2])}:*" for found in begins)]
    return Condition("search", " && ".join(parts), tuple(values))


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
