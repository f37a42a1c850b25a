"""A database that is down, as far as this process can tell: nobody listens where it is said to be."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections


@contextmanager
def dead(alias: str) -> Iterator[None]:
    """Point an alias at a socket where nobody listens, for as long as the block lasts."""
    found = connections[alias]
    alive = dict(found.settings_dict)
    _point(
        found,
        {
            "HOST": "/nonexistent",
            "OPTIONS": alive["OPTIONS"] | {"pool": {"min_size": 0, "max_size": 5, "timeout": 0.2}},
        },
    )
    try:
        yield
    finally:
        _point(found, alive)


def _point(connection: Any, settings: dict[str, Any]) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict.update(settings)
