"""9 · Every question that may be asked, named as one."""

from typing import Literal
from uuid import UUID

import msgspec

from gate.tokens import Actor

Status = Literal["placed", "cancelled"]
STATUSES = ("placed", "cancelled")
SORT_FIELDS = ("created_at", "updated_at", "total", "relevance")
SORT_ORDERS = ("asc", "desc")
MAX_PAGE_SIZE = 100
MAX_DEPTH = 100_000


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the read side, and who asks it: the answer holds what that actor may see. Nothing changes by it."""

    actor: Actor


class GetOrderById(Query, frozen=True, kw_only=True):
    """One order."""

    order_id: UUID


class Paged(Query, frozen=True, kw_only=True):
    """A question that is answered page by page; pages count from 1."""

    page: int = 1
    page_size: int = 20
    status: Status | None = None


class GetCustomerOrders(Paged, frozen=True, kw_only=True):
    """The orders of one customer, newest first."""

    customer_id: str


class SearchOrders(Paged, frozen=True, kw_only=True):
    """Orders by the words in them; without words, all of them."""

    q: str = ""
    sort_by: str = "created_at"
    sort_order: str = "desc"
