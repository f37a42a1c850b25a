"""How far each read model has come in the log."""

from django.db import models


class Checkpoint(models.Model):
    """How far a projection has come in the log; committed together with the rows that say so.

    A projection has one checkpoint for each of its `partitions` and generation. The generation whose rows readers see
    is live; one may be building beside it, and the one before it is kept. While it is paused no worker moves it.
    """

    class State(models.TextChoices):
        """`halted` is live too: it keeps the reason in `error` and is tried again at every wake-up."""

        ACTIVE = "active"
        HALTED = "halted"
        BUILDING = "building"
        PREVIOUS = "previous"

    LIVE = (State.ACTIVE, State.HALTED)

    projection = models.TextField()
    partition = models.IntegerField(default=0)
    generation = models.IntegerField(default=1)
    version = models.IntegerField(default=1)
    partitions = models.IntegerField(default=1)
    position = models.BigIntegerField(default=0)
    last_event_id = models.UUIDField(null=True)
    last_recorded_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)
    looked_at = models.DateTimeField(null=True)
    state = models.TextField(choices=State.choices, default=State.ACTIVE)
    error = models.TextField(default="", blank=True)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.TextField(db_default="", default="", blank=True)
    pause_reason = models.TextField(db_default="", default="", blank=True)

    class Meta:
        """One row per projection, generation and partition; the row's lock is the fence between workers."""

        db_table = "checkpoints"
        constraints = [
            models.UniqueConstraint(fields=["projection", "generation", "partition"], name="checkpoints_projection")
        ]

    def __str__(self) -> str:
        return f"{self.projection}/{self.partition} at {self.position}"
