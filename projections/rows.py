"""Loads and writes a read model's rows, set-wise: one statement for all the rows of a batch."""

from collections.abc import Hashable, Iterable

from django.db import models

from projections.projector import Projector, Row, Rows

READ = "read"


def load(projector: Projector, keys: Iterable[Hashable]) -> Rows:
    """Return the rows with those primary keys, as plain dicts by key."""
    pk = projector.model._meta.pk.attname
    found = projector.model._default_manager.using(READ).filter(pk__in=set(keys))
    return {row[pk]: row for row in found.values(*_columns(projector.model))}


def write(projector: Projector, rows: Iterable[Row]) -> None:
    """Insert or update rows in one statement."""
    model = projector.model
    pk = model._meta.pk.attname
    model._default_manager.using(READ).bulk_create(
        [model(**row) for row in rows],
        update_conflicts=True,
        unique_fields=[pk],
        update_fields=[name for name in _columns(model) if name != pk],
    )


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if not field.generated]
