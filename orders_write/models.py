"""The log: every event of every order, written once, in order, never changed; and beside it answers and tokens."""

from typing import Any

import msgspec
from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Now
from psycopg.types.json import Jsonb

from gate.token_row import TokenRow


class ClockTimestamp(Now):
    """The database's clock at the moment of the row, not at the start of its transaction."""

    template = "CLOCK_TIMESTAMP()"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Render the expression; overrides `Now`, which would render STATEMENT_TIMESTAMP()."""
        return self.as_sql(compiler, connection, template=self.template, **context)


class JSONText(models.JSONField):
    """A jsonb column whose value in Python is the JSON text itself, for msgspec to decode without a detour."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Hand the text to PostgreSQL as it is."""
        return value if value is None or isinstance(value, Jsonb) else Jsonb(value, dumps=str)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Return the text as PostgreSQL holds it."""
        return value

    def to_python(self, value: Any) -> str:
        """Accept objects where forms or fixtures hand them in."""
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()


class Event(models.Model):
    """One stored event. Triggers refuse to update, delete or truncate these rows (migration 0002)."""

    position = models.BigAutoField(primary_key=True)
    stream_id = models.UUIDField()
    stream_type = models.TextField()
    version = models.IntegerField()
    event_type = models.TextField()
    schema_version = models.SmallIntegerField()
    data = JSONText()
    metadata = JSONText()
    recorded_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        """One row per version of a stream: the constraint decides who wins a race. The index knows whose orders are."""

        db_table = "events"
        permissions = [("command_orders", "Can change orders by commands")]
        constraints = [models.UniqueConstraint(fields=["stream_id", "version"], name="events_stream_version")]
        indexes = [
            models.Index("stream_id", KT("data__customer_id"), name="events_customer", condition=models.Q(version=1))
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.event_type} (version {self.version} of {self.stream_id})"


class IdempotencyRecord(models.Model):
    """The answer to a command that was asked under a key, kept for a while for whoever asks again.

    `answer` is empty only inside the transaction that carries the command out.
    """

    command_id = models.UUIDField(primary_key=True)
    actor = models.TextField()
    route = models.TextField()
    key = models.TextField()
    fingerprint = models.TextField()
    answer = models.TextField()
    created_at = models.DateTimeField(db_default=ClockTimestamp(), db_index=True)

    class Meta:
        """The primary key decides which of two requests under one key is the first."""

        db_table = "idempotency_records"

    def __str__(self) -> str:
        return f"{self.route} by {self.actor} under {self.key}"


class AccessToken(TokenRow):
    """A token as it was made, and how it ended; changed by orders_write/tokens.py alone, deleted never."""

    made_by = models.TextField()
    revoked_by = models.TextField(blank=True)
    revoke_reason = models.TextField(blank=True)

    class Meta:
        """Found by its digest; the newest changes are what the read side has not seen."""

        db_table = "access_tokens"
        permissions = [("manage_access", "Can make and revoke tokens, and see the audit trail")]


class AuditEntry(models.Model):
    """An administrative action: who did what, when, from where and why. A trigger refuses to change or delete these."""

    at = models.DateTimeField(db_default=ClockTimestamp())
    actor = models.TextField()
    address = models.GenericIPAddressField(null=True)
    action = models.TextField()
    target = models.TextField()
    reason = models.TextField(blank=True)
    details: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    class Meta:
        """Read from the newest on, by what is looked for."""

        db_table = "audit_entries"
        indexes = [
            models.Index(fields=["at", "id"], name="audit_by_time"),
            models.Index(fields=["action", "at", "id"], name="audit_by_action"),
            models.Index(fields=["actor", "at", "id"], name="audit_by_actor"),
            models.Index(fields=["target", "at", "id"], name="audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.target}"
