"""What stands in answers about orders: a type for each JSON object; the API tests hold real answers against them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from config.openapi.values import Body, Count, Currency, CursorText, Id, Moment, Money, Number, Problem, Stale, Version
from orders_read.queries import MAX_PAGE_SIZE
from orders_write.domain.values import MAX_LINES, Address, FulfillmentStatus, LineQuantity, OrderStatus, PaymentStatus

SHIPPED = Literal["shipped", "delivered", "cancelled"]
SHOWN = Literal[
    "draft", "placed", "confirmed", "paid", "partly_shipped", "shipped", "delivered", "partly_returned", "returned",
    "on_hold", "cancelled", "expired", "closed",
]  # fmt: skip
PAID = Literal["authorization", "capture", "void", "failure", "refund"]


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


class Event(Body, frozen=True):
    """What is told of every event."""

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


class TimelineEntry(Event, frozen=True):
    """One event of an order."""


class Timeline(Body, frozen=True):
    """What happened to an order, the first first."""

    order_id: Id
    version: Version
    items: Annotated[list[TimelineEntry], Meta(max_length=MAX_PAGE_SIZE)]
    next_after_version: Annotated[Number | None, Meta(description="`after_version` of the rest; null at the end.")]
    stale: Stale
