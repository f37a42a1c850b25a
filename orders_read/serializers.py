"""How rows look in an answer: amounts as exact decimal strings. Names are those of the columns.

Times and ids are left to the JSON encoder, which writes them as RFC 3339 in UTC and in their canonical form.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from iso4217 import Currency

from orders_read import cursors
from orders_read.listing import Page
from orders_read.queries import ListOrders
from orders_read.rows import AMOUNTS, COLUMNS, Row

Body = dict[str, Any]
_OF_ITEMS, _OF_PAYMENTS = ("unit_price", "discount", "total"), ("amount",)
_OF_CUSTOMERS = ("lifetime_value", "refunded")
_OF_DAYS, _OF_PRODUCTS = ("gross", "cancelled", "expired", "refunded", "net"), ("revenue",)


def order_body(order: Row) -> Body:
    """Return the body of one order."""
    body, currency = {name: order[name] for name in COLUMNS}, order["currency"]
    for name in AMOUNTS:
        body[name] = amount(body[name], currency)
    body["items"] = [_with_amounts(item, _OF_ITEMS, currency) for item in order["items"]]
    body["payments"] = [_with_amounts(payment, _OF_PAYMENTS, currency) for payment in order["payments"]]
    if "headline" in order:
        body["headline"] = order["headline"]
    return body


def page_body(query: ListOrders, page: Page) -> Body:
    """Return the body of a page of orders; a numbered one says how many there are in all."""
    body: Body = {"items": [order_body(order) for order in page.orders]}
    if page.page is not None:
        body |= {"total": page.total, "total_is_exact": page.total_is_exact, "page": page.page}
    body["page_size"] = page.page_size
    if page.page is not None:
        body["total_pages"] = page.total_pages
    return body | {name: cursors.text_of(query, getattr(page, name)) for name in ("next", "previous")}


def summary_body(summary: Row) -> Body:
    """Return the body of what a customer has ordered in one currency."""
    return _with_amounts(summary, _OF_CUSTOMERS, summary["currency"])


def daily_sales_body(row: Row) -> Body:
    """Return the body of one day's sales in one currency to one country."""
    return _with_amounts(row, _OF_DAYS, row["currency"])


def product_sales_body(row: Row) -> Body:
    """Return the body of one product's sales in one month and currency; the month as 2026-11."""
    return top_product_body(row) | {"month": f"{row['month']:%Y-%m}"}


def top_product_body(row: Row) -> Body:
    """Return the body of what one product brought in one currency."""
    return _with_amounts(row, _OF_PRODUCTS, row["currency"])


def amount(value: Decimal | str, currency: str) -> str:
    """Return an amount as people write it: all of its digits, and at least the currency's own decimals."""
    plain = isinstance(value, str) and "E" not in value
    digits = str(value) if plain else f"{Decimal(value):f}"
    whole, _, decimals = digits.partition(".")
    least = decimals_of(currency)
    if len(decimals) == least:
        return digits
    decimals = decimals.rstrip("0").ljust(least, "0")
    return f"{whole}.{decimals}" if decimals else whole


@lru_cache
def decimals_of(currency: str) -> int:
    """Return how many decimals a currency's own amounts have."""
    return Currency(currency).exponent or 0


def _with_amounts(values: Mapping[str, Any], names: tuple[str, ...], currency: str) -> Body:
    return {**values, **{name: amount(values[name], currency) for name in names if name in values}}
