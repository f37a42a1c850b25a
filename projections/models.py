"""What the engine remembers in the read database: parked and skipped events, rebuilds, checks and lag."""

from typing import Any

from django.db import models
from django.db.models import Q


class ParkedEvent(models.Model):
    """An event that one projection could not apply, or that waits behind such a one of its stream (no `error`)."""

    projection = models.TextField()
    generation = models.IntegerField()
    stream_id = models.UUIDField()
    position = models.BigIntegerField()
    version = models.IntegerField()
    event_type = models.TextField()
    error = models.TextField(blank=True)
    traceback = models.TextField(blank=True)
    attempts = models.IntegerField(default=0)
    parked_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        """An event is parked once; a stream's are found together."""

        db_table = "parked_events"
        constraints = [
            models.UniqueConstraint(fields=["projection", "generation", "position"], name="parked_events_position")
        ]
        indexes = [models.Index(fields=["projection", "generation", "stream_id"], name="parked_events_stream")]

    def __str__(self) -> str:
        return f"{self.event_type} at {self.position} parked by {self.projection}"


class SkippedEvent(models.Model):
    """An event that somebody decided a projection shall do without, in every later rebuild too."""

    projection = models.TextField()
    stream_id = models.UUIDField()
    position = models.BigIntegerField()
    version = models.IntegerField()
    event_type = models.TextField()
    error = models.TextField(blank=True)
    reason = models.TextField()
    skipped_by = models.TextField()
    skipped_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """A decision is made once."""

        db_table = "skipped_events"
        constraints = [models.UniqueConstraint(fields=["projection", "position"], name="skipped_events_position")]

    def __str__(self) -> str:
        return f"{self.event_type} at {self.position} skipped for {self.projection}"


class Rebuild(models.Model):
    """One run of building a projection's next generation beside the live one."""

    class Phase(models.TextChoices):
        """What a rebuild does one after the other."""

        FOLD = "fold"
        INDEX = "index"
        CATCH_UP = "catch up"
        VERIFY = "verify"
        SWAP = "swap"

    class State(models.TextChoices):
        """An open rebuild (running or failed) can be resumed or cancelled."""

        RUNNING = "running"
        FAILED = "failed"
        DONE = "done"
        CANCELLED = "cancelled"

    OPEN = (State.RUNNING, State.FAILED)

    projection = models.TextField()
    generation = models.IntegerField()
    version = models.IntegerField()
    partitions = models.IntegerField()
    state = models.TextField(choices=State.choices, default=State.RUNNING)
    phase = models.TextField(choices=Phase.choices, default=Phase.FOLD)
    head = models.BigIntegerField()
    events_total = models.BigIntegerField()
    events_done = models.BigIntegerField(default=0)
    parks = models.BooleanField(default=False)
    requested_by = models.TextField()
    started_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        """One open rebuild of a projection at a time."""

        db_table = "rebuilds"
        permissions = [("operate_projections", "Can rebuild, verify, pause, retry and skip")]
        constraints = [
            models.UniqueConstraint(
                fields=["projection"], condition=Q(state__in=("running", "failed")), name="rebuilds_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"rebuild of {self.projection}, generation {self.generation}: {self.state}"


class RebuildChunk(models.Model):
    """A range of streams that a rebuild folds in one transaction, by whichever worker takes it."""

    rebuild = models.ForeignKey(Rebuild, on_delete=models.CASCADE, related_name="chunks")
    number = models.IntegerField()
    after = models.UUIDField()
    until = models.UUIDField()
    events = models.BigIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        """A chunk's row lock says who works on it."""

        db_table = "rebuild_chunks"
        constraints = [models.UniqueConstraint(fields=["rebuild", "number"], name="rebuild_chunks_number")]

    def __str__(self) -> str:
        return f"chunk {self.number} of {self.rebuild_id}"


class Verification(models.Model):
    """What a comparison of live rows with a fold of the log found last."""

    projection = models.TextField(unique=True)
    verified_at = models.DateTimeField()
    rows = models.BigIntegerField()
    differences = models.BigIntegerField()
    complete = models.BooleanField()
    examples: "models.JSONField[Any, Any]" = models.JSONField(default=list)

    class Meta:
        """One row per projection: the last result."""

        db_table = "verifications"

    def __str__(self) -> str:
        return f"{self.projection}: {self.differences} differences in {self.rows} rows"


class ProjectionLagSample(models.Model):
    """How far a projection was behind at a moment, and how far it and the log had come (unknown of old samples)."""

    projection = models.TextField()
    partition = models.IntegerField()
    sampled_at = models.DateTimeField()
    lag_events = models.BigIntegerField()
    lag_seconds = models.FloatField()
    objective_held = models.BooleanField()
    position = models.BigIntegerField(null=True)
    head = models.BigIntegerField(null=True)

    class Meta:
        """Read by projection and time, deleted by time."""

        db_table = "projection_lag_samples"
        indexes = [
            models.Index(fields=["projection", "sampled_at"], name="lag_samples_projection"),
            models.Index(fields=["sampled_at"], name="lag_samples_time"),
        ]

    def __str__(self) -> str:
        return f"{self.projection}/{self.partition} at {self.sampled_at}: {self.lag_events}"
