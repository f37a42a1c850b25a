"""Which app lives in which database: read models in `read`, everything else in `default` (the write side)."""

import random
from typing import Any

from django.conf import settings
from django.db.models import Model

WRITE, READ = "default", "read"
READ_APPS = frozenset({"orders_read", "projections"})


class DatabaseRouter:
    """Keeps each side in its own database; reads of the read models may go to a replica, all else to a primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """Return the alias to read a model from."""
        if model._meta.app_label == "orders_read" and settings.READ_REPLICAS:
            return random.choice(settings.READ_REPLICAS)
        return self.db_for_write(model)

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """Return the alias to write a model to."""
        return READ if model._meta.app_label in READ_APPS else WRITE

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool:
        """Allow relations within one side only."""
        return (first._meta.app_label in READ_APPS) == (second._meta.app_label in READ_APPS)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Migrate each side's apps in its own primary, and nothing in a replica."""
        return db == (READ if app_label in READ_APPS else WRITE)
