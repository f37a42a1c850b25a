"""8 · The read models, each row complete for its query, and how far each has come."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models

from gate.token_row import TokenRow
from orders_read.checkpoint import Checkpoint as Checkpoint
from orders_read.visibility import VisibleQuerySet

_NEWEST = ("-created_at", "-order_id")
_FILTERS = (
    "status", "order_status", "payment_status", "fulfillment_status", "country", "currency", "created_at", "updated_at",
    "total",
)  # fmt: skip


def _holding_filters(name: str, *fields: str) -> models.Index:
    """Return an index that can be walked and filtered without a look at the table."""
    included = [column for column in _FILTERS if column not in fields and f"-{column}" not in fields]
    return models.Index(fields=fields, include=included, name=f"order_views_{name}")


class OrderView(models.Model):
    """One order as a reader sees it; amounts are exact, in `currency`.

    `status` is shown, and follows from the three states. `shipped_at` is when something of it last left.
    """

    order_id = models.UUIDField(primary_key=True)
    customer_id = models.TextField(null=True)
    reference = models.TextField(null=True)
    status = models.TextField()
    order_status = models.TextField()
    payment_status = models.TextField()
    fulfillment_status = models.TextField()
    currency = models.TextField()
    items = models.JSONField()
    product_ids = ArrayField(models.TextField())
    subtotal = models.DecimalField(max_digits=24, decimal_places=4)
    discount = models.DecimalField(max_digits=24, decimal_places=4)
    shipping_fee = models.DecimalField(max_digits=24, decimal_places=4)
    total = models.DecimalField(max_digits=24, decimal_places=4)
    authorised = models.DecimalField(max_digits=24, decimal_places=4)
    captured = models.DecimalField(max_digits=24, decimal_places=4)
    refunded = models.DecimalField(max_digits=24, decimal_places=4)
    payments = models.JSONField()
    fulfillments = models.JSONField()
    notes = models.JSONField()
    item_count = models.IntegerField()
    unit_count = models.BigIntegerField()
    shipping_address = models.JSONField()
    country = models.TextField()
    cancel_reason = models.TextField()
    hold_reason = models.TextField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.IntegerField()
    search_text = models.TextField()
    search = models.GeneratedField(
        expression=SearchVector("search_text", config="simple"), output_field=SearchVectorField(), db_persist=True
    )
    objects = VisibleQuerySet.as_manager()

    class Meta:
        """Indexes follow the questions of queries.py; listing.py says which is read when."""

        db_table = "order_views"
        indexes = [
            _holding_filters("customer", "customer_id", *_NEWEST),
            _holding_filters("created", *_NEWEST),
            _holding_filters("updated", "-updated_at", "-order_id"),
            _holding_filters("currency", "currency", "-total", "-order_id"),
            models.Index(fields=["-total", "-order_id"], name="order_views_total"),
            models.Index(fields=["status", *_NEWEST], name="order_views_status"),
            models.Index(fields=["order_status", *_NEWEST], name="order_views_order"),
            models.Index(fields=["payment_status", *_NEWEST], name="order_views_payment"),
            models.Index(fields=["fulfillment_status", *_NEWEST], name="order_views_fulfillment"),
            models.Index(fields=["country", *_NEWEST], name="order_views_country"),
            GinIndex(fields=["product_ids"], name="order_views_products"),
            GinIndex(fields=["search"], name="order_views_search"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} ({self.status})"


class TimelineEntry(models.Model):
    """One event as it stands in the log: an order's history, from which its state at any version can be folded."""

    pk = models.CompositePrimaryKey("order_id", "version")
    order_id = models.UUIDField()
    version = models.IntegerField()
    position = models.BigIntegerField()
    event_type = models.TextField()
    schema_version = models.SmallIntegerField()
    data = models.JSONField()
    actor = models.TextField()
    command_id = models.UUIDField()
    correlation_id = models.UUIDField()
    causation_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        """Followed by position, too."""

        db_table = "order_timeline"
        indexes = [models.Index(fields=["position"], name="order_timeline_position")]

    def __str__(self) -> str:
        return f"{self.event_type}, version {self.version} of {self.order_id}"


class CustomerSummary(models.Model):
    """What a customer has ordered in one currency; guests have none.

    `open_orders` are neither cancelled nor expired nor closed. `lifetime_value` is what all orders are worth but those
    that were cancelled or expired, without what was `refunded`.
    """

    pk = models.CompositePrimaryKey("customer_id", "currency")
    customer_id = models.TextField()
    currency = models.TextField()
    orders = models.IntegerField()
    open_orders = models.IntegerField()
    cancelled_orders = models.IntegerField()
    expired_orders = models.IntegerField()
    lifetime_value = models.DecimalField(max_digits=30, decimal_places=4)
    refunded = models.DecimalField(max_digits=30, decimal_places=4)
    first_order_at = models.DateTimeField(null=True)
    last_order_at = models.DateTimeField(null=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        """Found by customer, and by currency from the most valuable on."""

        db_table = "customer_summaries"
        indexes = [models.Index(fields=["currency", "-lifetime_value", "customer_id"], name="customer_summaries_value")]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.currency}"


class DailySales(models.Model):
    """What was sold, called off, returned and refunded on one day (UTC), in one currency, to one country.

    Everything counts on the day on which it happened, also an order's change of country: a day that is over stays as
    it is. `cancelled` includes `expired`; neither includes what had been refunded before.
    """

    pk = models.CompositePrimaryKey("day", "currency", "country")
    day = models.DateField()
    currency = models.TextField()
    country = models.TextField()
    orders = models.IntegerField()
    cancelled_orders = models.IntegerField()
    units = models.BigIntegerField()
    returned_units = models.BigIntegerField()
    gross = models.DecimalField(max_digits=30, decimal_places=4)
    cancelled = models.DecimalField(max_digits=30, decimal_places=4)
    expired = models.DecimalField(max_digits=30, decimal_places=4)
    refunded = models.DecimalField(max_digits=30, decimal_places=4)
    net = models.GeneratedField(
        expression=models.F("gross") - models.F("cancelled") - models.F("refunded"),
        output_field=models.DecimalField(max_digits=30, decimal_places=4),
        db_persist=True,
    )

    class Meta:
        """Found by day."""

        db_table = "daily_sales"

    def __str__(self) -> str:
        return f"{self.day} in {self.currency} to {self.country}"


class ProductSales(models.Model):
    """What one product brought in one month (UTC), in one currency.

    Its `revenue` is that of its lines, without discounts of whole orders. A change, a cancellation, an expiry count in
    the month in which they happened; returns do not. `name` is the newest that it was sold under in that month.
    """

    pk = models.CompositePrimaryKey("month", "product_id", "currency")
    month = models.DateField()
    product_id = models.TextField()
    currency = models.TextField()
    name = models.TextField()
    named_at = models.DateTimeField()
    units = models.BigIntegerField()
    revenue = models.DecimalField(max_digits=30, decimal_places=4)
    orders = models.IntegerField()

    class Meta:
        """Found by month, and by product."""

        db_table = "product_sales"
        indexes = [models.Index(fields=["product_id", "month"], name="product_sales_product")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.month:%Y-%m}, {self.currency}"


class OrderDeadline(models.Model):
    """What becomes of an order when nobody does anything: it may `expire`, or `close`, or neither ('').

    `since` is when the log recorded the event that last said one of its states, and `event_id` that event; without an
    end to wait for there are none. The order is at `version`.
    """

    order_id = models.UUIDField(primary_key=True)
    version = models.IntegerField()
    order_status = models.TextField()
    payment_status = models.TextField()
    fulfillment_status = models.TextField()
    total = models.DecimalField(max_digits=24, decimal_places=4)
    awaits = models.TextField()
    since = models.DateTimeField(null=True)
    event_id = models.UUIDField(null=True)
    correlation_id = models.UUIDField(null=True)

    class Meta:
        """Those that wait are found by what they wait for, the longest first."""

        db_table = "order_deadlines"
        indexes = [
            models.Index(
                fields=["awaits", "since", "order_id"],
                condition=models.Q(since__isnull=False),
                name="order_deadlines_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} may {self.awaits or 'stay'}"


class TokenCopy(TokenRow):
    """A token as the write side knows it, so that queries are answered while that one is down."""

    class Meta:
        """No rows of its own: projections/token_copies.py keeps them."""

        db_table = "token_copies"
