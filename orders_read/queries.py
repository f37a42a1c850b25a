"""9 · Every question that may be asked, named as one."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

import msgspec

from gate.tokens import Actor

STATUSES = (
    "draft", "placed", "confirmed", "paid", "partly_shipped", "shipped", "delivered", "partly_returned", "returned",
    "on_hold", "cancelled", "expired", "closed",
)  # fmt: skip
ORDER_STATUSES = ("draft", "placed", "confirmed", "cancelled", "expired", "closed")
PAYMENT_STATUSES = (
    "none", "authorised", "partly_captured", "captured", "partly_refunded", "refunded", "voided",
)  # fmt: skip
FULFILLMENT_STATUSES = (
    "unfulfilled", "partly_fulfilled", "fulfilled", "delivered", "partly_returned", "returned", "on_hold",
)  # fmt: skip
SORT_FIELDS = ("created_at", "updated_at", "total")
SORT_ORDERS = ("asc", "desc")
SALES_BY = ("day", "month", "country")
PRODUCTS_BY = ("revenue", "units", "orders")
MAX_PAGE_SIZE = 100
MAX_DEPTH = 100_000


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A question to one read model, and who asks it: the answer holds what that actor may see."""

    read_model: ClassVar[str] = "order_views"

    actor: Actor


class GetOrderById(Query, frozen=True, kw_only=True):
    """One order; with `expected_version`, at that version or a later one."""

    order_id: UUID
    expected_version: int | None = None


class GetOrderAsOf(Query, frozen=True, kw_only=True):
    """One order as it was at a version, or at a time."""

    read_model: ClassVar[str] = "order_timeline"

    order_id: UUID
    as_of_version: int | None = None
    as_of: datetime | None = None


class GetOrderTimeline(Query, frozen=True, kw_only=True):
    """What happened to one order, the first first, from after a version on."""

    read_model: ClassVar[str] = "order_timeline"

    order_id: UUID
    after_version: int = 0
    page_size: int = MAX_PAGE_SIZE


class Cursor(msgspec.Struct, frozen=True):
    """A place in a sorted list: between the orders before `(value, order_id)` and those after, and which are wanted."""

    forward: bool = True
    value: str | None = None
    order_id: UUID | None = None


class ListOrders(Query, frozen=True, kw_only=True):
    """Orders, filtered and sorted; by page number from 1, or from a cursor on.

    `created_from` and the limits of `total` are inside, `created_to` is outside. `counts`: a numbered page says how
    many there are, also where counting takes longer than finding.
    """

    status: str | None = None
    order_status: str | None = None
    payment_status: str | None = None
    fulfillment_status: str | None = None
    customer_id: str | None = None
    country: str | None = None
    product_id: str | None = None
    currency: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    total_min: Decimal | None = None
    total_max: Decimal | None = None
    sort_by: str = "created_at"
    sort_order: str = "desc"
    page: int = 1
    page_size: int = 20
    cursor: Cursor | None = None
    counts: bool = False


class GetCustomerOrders(ListOrders, frozen=True, kw_only=True):
    """The orders of one customer, newest first."""


class SearchOrders(ListOrders, frozen=True, kw_only=True):
    """Orders by the words in them; without words, all of them."""

    q: str = ""


class GetCustomer(Query, frozen=True, kw_only=True):
    """What a customer has ordered, by currency."""

    read_model: ClassVar[str] = "customer_summaries"

    customer_id: str


class GetDailySales(Query, frozen=True, kw_only=True):
    """What was sold, called off and refunded from one day to another, both inside."""

    read_model: ClassVar[str] = "daily_sales"

    first: date
    last: date
    currency: str | None = None
    country: str | None = None


class GetProductSales(Query, frozen=True, kw_only=True):
    """What products brought from one month to another, both inside."""

    read_model: ClassVar[str] = "product_sales"

    first: date
    last: date
    currency: str | None = None
    product_id: str | None = None


class GetSalesTotals(GetDailySales, frozen=True, kw_only=True):
    """The sums of those days `by` day, month or country, in each currency."""

    by: str = "day"


class GetTopProducts(Query, frozen=True, kw_only=True):
    """The products that brought most from one month to another, both inside, in one currency; without a limit, all."""

    read_model: ClassVar[str] = "product_sales"

    first: date
    last: date
    currency: str
    by: str = "revenue"
    limit: int | None = None


class FollowEvents(Query, frozen=True, kw_only=True):
    """The log from after a position on, in order and without gaps; of one order, or of some types alone."""

    read_model: ClassVar[str] = "order_timeline"

    after: int = 0
    limit: int = 100
    types: tuple[str, ...] = ()
    stream: UUID | None = None


class GetProjections(Query, frozen=True, kw_only=True):
    """Where each projection stands, as far as the read side knows."""
