"""Whose rows an actor sees: every question about customers' data begins with `visible_to`."""

from typing import Self, TypeVar

from django.db import models

from gate.tokens import AUDITOR, CUSTOMER, OPERATOR, Actor

Row = TypeVar("Row", bound=models.Model)


class VisibleQuerySet(models.QuerySet[Row]):
    """Rows with a `customer_id`."""

    def visible_to(self, actor: Actor) -> Self:
        """Narrow down to what an actor may know of: a customer's own rows, all of them for operators and auditors."""
        if actor.role == CUSTOMER:
            return self.filter(customer_id=actor.customer_id)
        return self if actor.role in (OPERATOR, AUDITOR) else self.none()
