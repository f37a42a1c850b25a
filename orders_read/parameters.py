"""Which query parameters each question takes, and what may stand in them."""

import re

from gate import checks
from gate.checks import Check, described, number, one_of, text
from gate.headers import position_check
from orders_read.queries import (
    FULFILLMENT_STATUSES,
    MAX_DEPTH,
    MAX_PAGE_SIZE,
    ORDER_STATUSES,
    PAYMENT_STATUSES,
    SORT_FIELDS,
    SORT_ORDERS,
    STATUSES,
)

MAX_WORDS, MAX_EVENTS = 16, 500
FORMATS = ("json", "csv")
_VERSION = number(1, 999_999_999)


@described(type="string", pattern=f"^[A-Za-z]{{1,64}}(,[A-Za-z]{{1,64}}){{0,{MAX_WORDS - 1}}}$")
def event_types(value: str) -> tuple[str, ...]:
    """Check some types of events with commas between them."""
    found = tuple(value.split(","))
    if len(found) > MAX_WORDS or not all(re.fullmatch(r"[A-Za-z]{1,64}", name) for name in found):
        raise ValueError(f"This is up to {MAX_WORDS} types of events, such as OrderCreated,OrderCancelled.")
    return found


ONE_ORDER: dict[str, Check] = {"expected_version": _VERSION, "as_of_version": _VERSION, "as_of": checks.moment}
TIMELINE: dict[str, Check] = {"after_version": number(0, 999_999_999), "page_size": number(1, MAX_PAGE_SIZE)}
CUSTOMER_ORDERS: dict[str, Check] = {
    "status": one_of(STATUSES),
    "order_status": one_of(ORDER_STATUSES),
    "payment_status": one_of(PAYMENT_STATUSES),
    "fulfillment_status": one_of(FULFILLMENT_STATUSES),
    "country": text(100),
    "product_id": text(64),
    "currency": text(3),
    "created_from": checks.moment,
    "created_to": checks.moment,
    "total_min": checks.amount,
    "total_max": checks.amount,
    "page": number(1, MAX_DEPTH),
    "page_size": number(1, MAX_PAGE_SIZE),
    "cursor": text(1_000),
}
ORDERS: dict[str, Check] = {
    **CUSTOMER_ORDERS,
    "customer_id": text(64),
    "sort_by": one_of(SORT_FIELDS),
    "sort_order": one_of(SORT_ORDERS),
}
SEARCH: dict[str, Check] = {**ORDERS, "q": text(200), "sort_by": one_of((*SORT_FIELDS, "relevance"))}
DAILY_SALES: dict[str, Check] = {
    "from": checks.day,
    "to": checks.day,
    "currency": text(3),
    "country": text(100),
    "format": one_of(FORMATS),
}
PRODUCT_SALES: dict[str, Check] = {
    "from": checks.month,
    "to": checks.month,
    "currency": text(3),
    "product_id": text(64),
    "format": one_of(FORMATS),
}
EVENTS: dict[str, Check] = {
    "after": position_check,
    "limit": number(1, MAX_EVENTS),
    "types": event_types,
    "stream": checks.identifier,
}
