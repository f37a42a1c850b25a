"""What tests of projections compare: every row and every column of a read model."""

from typing import Any

from projections.projector import Projector


def table(projector: Projector) -> list[dict[str, Any]]:
    """Return all rows of a projection's table, all columns, in the order of their keys."""
    return list(projector.model._default_manager.using("read").order_by("pk").values())
