"""8 · The read models, each row complete for its query, and how far each has come."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models


class OrderView(models.Model):
    """One order as a reader sees it; amounts are exact, in `currency`."""

    order_id = models.UUIDField(primary_key=True)
    customer_id = models.TextField(null=True)
    reference = models.TextField(null=True)
    status = models.TextField()
    currency = models.TextField()
    items = models.JSONField()
    total = models.DecimalField(max_digits=24, decimal_places=4)
    item_count = models.IntegerField()
    unit_count = models.BigIntegerField()
    shipping_address = models.JSONField()
    country = models.TextField()
    cancel_reason = models.TextField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    shipped_at = models.DateTimeField(null=True)
    version = models.IntegerField()
    search_text = models.TextField()
    search = models.GeneratedField(
        expression=SearchVector("search_text", config="simple"), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        """Indexes follow the questions of queries.py."""

        db_table = "order_views"
        indexes = [
            models.Index(fields=["customer_id", "-created_at", "-order_id"], name="order_views_customer"),
            models.Index(fields=["-created_at", "-order_id"], name="order_views_created"),
            models.Index(fields=["-updated_at", "-order_id"], name="order_views_updated"),
            models.Index(fields=["-total", "-order_id"], name="order_views_total"),
            models.Index(fields=["status", "-created_at", "-order_id"], name="order_views_status"),
            GinIndex(fields=["search"], name="order_views_search"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} ({self.status})"


class Checkpoint(models.Model):
    """How far a projection has come in the log; committed together with the rows that say so.

    A projection has one checkpoint for each of its `partitions` and generation. The generation whose rows readers see
    is live; one may be building beside it, and the one before it is kept.
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

    class Meta:
        """One row per projection, generation and partition; the row's lock is the fence between workers."""

        db_table = "checkpoints"
        constraints = [
            models.UniqueConstraint(fields=["projection", "generation", "partition"], name="checkpoints_projection")
        ]

    def __str__(self) -> str:
        return f"{self.projection}/{self.partition} at {self.position}"
