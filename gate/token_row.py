"""What both sides know of a token: the write side's row, and the read side's copy of it."""

from datetime import UTC, datetime

from django.db import models

from gate.tokens import Actor


class TokenRow(models.Model):
    """A token, without its text.

    `change` numbers every change of every token in the order of their commits: who has seen one has seen all before.
    """

    id = models.BigAutoField(primary_key=True)
    digest = models.TextField(unique=True)
    name = models.TextField()
    role = models.TextField()
    customer_id = models.TextField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    change = models.BigIntegerField(unique=True)

    class Meta:
        """Each side has a table of its own."""

        abstract = True

    def __str__(self) -> str:
        return f"token {self.pk} of {self.name} ({self.role})"

    @property
    def state(self) -> str:
        """Whether it opens anything now: live, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "live" if datetime.now(UTC) < self.expires_at else "expired"

    @property
    def actor(self) -> Actor:
        """Who holds it."""
        return Actor(self.name, self.role, self.customer_id)
