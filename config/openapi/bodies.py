"""What stands in answers: a type for each JSON object, which the API tests hold the real answers against."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from orders_read.queries import MAX_PAGE_SIZE
from orders_write.domain.values import (
    CURRENCIES,
    MAX_LINES,
    Address,
    FulfillmentStatus,
    LineQuantity,
    OrderStatus,
    PaymentStatus,
)
from projections.lag import HALTED, NEEDS_REBUILD, NEWER

SHIPPED = Literal["shipped", "delivered", "cancelled"]
SHOWN = Literal[
    "draft", "placed", "confirmed", "paid", "partly_shipped", "shipped", "delivered", "partly_returned", "returned",
    "on_hold", "cancelled", "expired", "closed",
]  # fmt: skip
PAID = Literal["authorization", "capture", "void", "failure", "refund"]
STANDS = Literal["active", HALTED, NEEDS_REBUILD, NEWER]  # type: ignore[valid-type]
Money = Annotated[
    str, Meta(pattern=r"^-?[0-9]+(\.[0-9]{1,4})?$", description="An exact amount in `currency`.", examples=["12.50"])
]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217.", examples=["GBP"])]
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339, in UTC.", examples=["2026-11-21T09:30:00.123456Z"])]
Id = Annotated[UUID, Meta(examples=["01890a5d-ac96-774b-bcce-b302099a8057"])]
Number = Annotated[int, Meta(ge=1)]
Count = Annotated[int, Meta(ge=0)]
Version = Annotated[int, Meta(ge=1, description="How many events the order has: its ETag without the quotes.")]
Seconds = Annotated[float, Meta(ge=0)]
Token = Annotated[str, Meta(min_length=1, max_length=200, description="Opaque.", examples=["MTI3:kqfV0nCq1Yw"])]
CursorText = Annotated[str, Meta(min_length=1, max_length=1_000)]
Stale = Annotated[bool, Meta(description="Whether what was asked to be in the answer is missing: ask again.")]
Month = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}$", examples=["2026-11"])]


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A JSON object with these members and no others."""


class FieldError(Body, frozen=True):
    """What is wrong, and where: a field such as `items.0.quantity`, a parameter or a header."""

    field: str
    detail: str


class Problem(Body, frozen=True):
    """Why nothing was done, as RFC 9457 has it; `type` is for programs and never changes, `detail` is for people."""

    type: Annotated[str, Meta(pattern="^/problems/[a-z-]+$")]
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: str
    instance: Annotated[str, Meta(description="The path that was asked for.")]
    errors: Annotated[list[FieldError], Meta(min_length=1)] | UnsetType = UNSET
    current_version: Annotated[int, Meta(ge=0, description="The order's, where it is the reason.")] | UnsetType = UNSET


class Stored(Body, frozen=True, tag_field="status", tag="created"):
    """An order of a batch that was placed."""

    order_id: Id
    version: Version


class Refused(Body, frozen=True, tag_field="status", tag="refused"):
    """An order of a batch that was not placed, and why."""

    problem: Problem


class BatchResult(Body, frozen=True):
    """What became of each order of a batch, in their order."""

    results: Annotated[list[Stored | Refused], Meta(min_length=1, max_length=500)]
    stored: Count
    refused: Count


class Item(Body, frozen=True):
    """One line of an order; its number is kept for ever."""

    line: Number
    product_id: str
    name: str
    quantity: Number
    unit_price: Money
    discount: Money
    total: Annotated[Money, Meta(description="quantity × unit_price − discount")]
    fulfilled: Count
    returned: Count


class Payment(Body, frozen=True):
    """What the payment gateway has done."""

    kind: PAID
    amount: Money
    reference: str | None
    reason: str
    at: Moment


class Fulfillment(Body, frozen=True):
    """One shipment."""

    fulfillment: Number
    status: SHIPPED
    items: list[LineQuantity]
    carrier: str
    tracking: str
    shipped_at: Moment
    delivered_at: Moment | None
    reason: Annotated[str, Meta(description="Why it was cancelled.")]


class Note(Body, frozen=True):
    """What somebody wrote down."""

    text: str
    actor: str
    at: Moment


class _OrderRow(Body, frozen=True):
    order_id: Id
    customer_id: str | None
    reference: str | None
    status: Annotated[SHOWN, Meta(description="The one word in which it is shown; it follows from the three states.")]
    order_status: OrderStatus
    payment_status: PaymentStatus
    fulfillment_status: FulfillmentStatus
    currency: Currency
    items: Annotated[list[Item], Meta(max_length=MAX_LINES)]
    subtotal: Money
    discount: Money
    shipping_fee: Money
    total: Money
    authorised: Money
    captured: Money
    refunded: Money
    item_count: Count
    unit_count: Count
    shipping_address: Address
    payments: list[Payment]
    fulfillments: list[Fulfillment]
    notes: list[Note]
    cancel_reason: str
    hold_reason: str
    created_at: Moment
    updated_at: Moment
    confirmed_at: Moment | None
    shipped_at: Moment | None
    delivered_at: Moment | None
    closed_at: Moment | None
    version: Version


class ListedOrder(_OrderRow, frozen=True):
    """An order in a list; one that was searched for has its words around those that were found."""

    headline: Annotated[str, Meta(description="HTML, escaped, with `<mark>`.")] | UnsetType = UNSET


class Order(_OrderRow, frozen=True):
    """One order as a reader sees it."""

    stale: Stale


class _Page(Body, frozen=True):
    items: Annotated[list[ListedOrder], Meta(max_length=MAX_PAGE_SIZE)]
    page_size: Annotated[int, Meta(ge=1, le=MAX_PAGE_SIZE)]
    next: Annotated[CursorText | None, Meta(description="`cursor` of what comes after this page; null at the end.")]
    previous: Annotated[CursorText | None, Meta(description="`cursor` of what comes before it; null at the beginning.")]
    stale: Stale


class NumberedPage(_Page, frozen=True):
    """A page by its number."""

    page: Number
    total: Annotated[int, Meta(ge=0, description="How many orders there are, or a lower bound of it.")]
    total_is_exact: bool
    total_pages: Count


class CursorPage(_Page, frozen=True):
    """A page by a cursor."""


class _Event(Body, frozen=True):
    version: Version
    event_type: Annotated[str, Meta(examples=["OrderItemAdded"])]
    schema_version: Number
    data: Annotated[dict[str, Any], Meta(description="What the event says; see `schema_version`.")]
    actor: str
    command_id: UUID
    correlation_id: UUID
    causation_id: UUID | None
    occurred_at: Moment
    recorded_at: Moment


class TimelineEntry(_Event, frozen=True):
    """One event of an order."""


class Timeline(Body, frozen=True):
    """What happened to an order, the first first."""

    order_id: Id
    version: Version
    items: Annotated[list[TimelineEntry], Meta(max_length=MAX_PAGE_SIZE)]
    next_after_version: Annotated[Number | None, Meta(description="`after_version` of the rest; null at the end.")]
    stale: Stale


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


class FeedEvent(_Event, frozen=True):
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
