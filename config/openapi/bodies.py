"""What stands in the other answers, and the JSON Schemas of all of them."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from config.openapi.order_bodies import BatchResult, CursorPage, Event, NumberedPage, Order, Timeline
from config.openapi.values import Body, Count, Currency, Id, Moment, Money, Month, Problem, Stale, Token
from orders_write.domain.values import CURRENCIES
from projections.lag import HALTED, NEEDS_REBUILD, NEWER, PAUSED

STANDS = Literal["active", HALTED, PAUSED, NEEDS_REBUILD, NEWER]  # type: ignore[valid-type]


class CustomerCurrency(Body, frozen=True):
    """What a customer has ordered in one currency."""

    currency: Currency
    orders: Count
    open_orders: Count
    cancelled_orders: Count
    expired_orders: Count
    refunded: Money
    lifetime_value: Annotated[Money, Meta(description="Without what was cancelled, expired or refunded.")]
    first_order_at: Moment
    last_order_at: Moment


class Customer(Body, frozen=True):
    """What a customer has ordered."""

    customer_id: str
    currencies: Annotated[list[CustomerCurrency], Meta(min_length=1)]
    stale: Stale


class DailySalesRow(Body, frozen=True):
    """One day's sales in one currency to one country."""

    day: date
    currency: Currency
    country: str
    orders: int
    cancelled_orders: int
    units: int
    returned_units: int
    gross: Money
    cancelled: Money
    expired: Money
    refunded: Money
    net: Annotated[Money, Meta(description="gross − cancelled − refunded")]


class DailySales(Body, frozen=True):
    """Sales by day, currency and country."""

    items: list[DailySalesRow]
    stale: Stale


class ProductSalesRow(Body, frozen=True):
    """One product's sales in one month and currency."""

    month: Month
    product_id: str
    currency: Currency
    name: str
    units: int
    orders: int
    revenue: Money


class ProductSales(Body, frozen=True):
    """Sales by month, product and currency."""

    items: list[ProductSalesRow]
    stale: Stale


class FeedEvent(Event, frozen=True):
    """One event of the log."""

    order_id: Id


class Events(Body, frozen=True):
    """Some of the log's events, in order and without gaps."""

    events: list[FeedEvent]
    next: Annotated[Token, Meta(description="`after` of the next question.")]
    has_more: Annotated[bool, Meta(description="Whether to ask again at once.")]
    held: Annotated[bool, Meta(description="Whether the feed ends before an event that cannot be applied yet.")]
    stale: Stale


class LagSample(Body, frozen=True):
    """How far behind the log a projection was, when that was measured last."""

    sampled_at: Moment
    lag_events: int
    lag_seconds: float
    objective_held: bool


class Standing(Body, frozen=True):
    """Where one partition of a projection stands."""

    projection: str
    partition: Count
    state: STANDS
    position: Count
    lag_seconds: float | None
    objective_seconds: float
    worker_silent_seconds: float | None
    held_streams: Count
    held_seconds: float
    drifted_rows: Count
    rebuild: str
    error: str
    paused_at: Moment | None
    sample: LagSample | None


class Projections(Body, frozen=True):
    """Where the projections stand."""

    projections: list[Standing]
    stale: Stale


ANSWERS = (
    Problem, BatchResult, Order, NumberedPage, CursorPage, Timeline, Customer, DailySales, ProductSales, Events,
    Projections,
)  # fmt: skip


def components() -> dict[str, Any]:
    """Return the JSON Schema of each type, by its name."""
    found: dict[str, Any]
    _, found = msgspec.json.schema_components(ANSWERS, ref_template="#/components/schemas/{name}")
    codes = {"type": "string", "enum": sorted(CURRENCIES), "description": "ISO 4217.", "examples": ["GBP"]}
    return {**found, "CurrencyCode": codes}
