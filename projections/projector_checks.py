"""System checks of the registered projectors: what a developer forgot is said by `manage.py check`, with the cure."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import models, router

from projections.projector import EntryProjector, Projector, StreamProjector, TotalsProjector, key_columns
from projections.registry import PROJECTORS
from projections.rows import READ, columns

_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")


@register()
def projectors_are_complete(**kwargs: Any) -> list[CheckMessage]:
    """Check every projector of the registry."""
    complaints = [*_twice("name"), *_twice("model"), *(text for one in PROJECTORS for text in _complaints(one))]
    return [Error(text, id="daybook.E006") for text in complaints]


def _twice(attribute: str) -> Iterator[str]:
    for value, count in Counter(getattr(projector, attribute) for projector in PROJECTORS).items():
        if count > 1:
            yield f"{count} projectors have the {attribute} {value}; give each its own."


def _complaints(projector: Projector) -> Iterator[str]:
    named = type(projector).__name__
    if not _NAME.fullmatch(projector.name):
        yield f"{named}.name is '{projector.name}'; use small letters, digits and _, 50 at most."
    if min(projector.version, projector.partitions) < 1 or projector.lag_objective.total_seconds() <= 0:
        yield f"{named}: version, partitions and lag_objective must be positive."
    if router.db_for_write(projector.model) != READ:
        yield f"{named}.model does not live in the read database; move it to orders_read."
    for text in _of_kind(projector):
        yield f"{named}: {text}"


def _of_kind(projector: Projector) -> Iterator[str]:
    model, key = projector.model, key_columns(projector.model)
    written = set(columns(model)) - set(key)
    if isinstance(projector, StreamProjector):
        if len(key) != 1 or not isinstance(model._meta.pk, models.UUIDField):
            yield f"the primary key of {model.__name__} must be one UUIDField, the stream's id."
        if "version" not in written:
            yield f"{model.__name__} needs an IntegerField `version`: a row tells with it which event comes next."
    if isinstance(projector, EntryProjector) and len(key) != 2:
        yield f"{model.__name__} needs CompositePrimaryKey(stream's id, version)."
    if isinstance(projector, TotalsProjector) and written != projector.merges.keys():
        wrong = ", ".join(sorted(written ^ projector.merges.keys()))
        yield f"`merges` must name exactly the columns beside the key; check {wrong}."
