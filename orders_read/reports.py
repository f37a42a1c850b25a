"""Reports: rows of a read model, fetched from the server in chunks, so that memory does not grow with the report."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from django.db import connections, transaction

from orders_read.consistency import Progress, Wish, progress
from orders_read.queries import GetDailySales, GetProductSales, GetSalesTotals, GetTopProducts
from orders_read.rows import Row

_CHUNK = 1_000
DAILY_SALES = (
    "day", "currency", "country", "orders", "cancelled_orders", "units", "returned_units", "gross", "cancelled",
    "expired", "refunded", "net",
)  # fmt: skip
PRODUCT_SALES = ("month", "product_id", "currency", "name", "units", "orders", "revenue")
TOP_PRODUCTS = ("product_id", "currency", "name", "units", "orders", "revenue")
_COUNTS, _AMOUNTS = DAILY_SALES[3:7], DAILY_SALES[7:]
_BY = {"day": "day", "month": "date_trunc('month', day)::date", "country": "country"}
_NEWEST_NAME = """
    (select name from product_sales as named
     where named.product_id = sums.product_id and named.currency = sums.currency order by month desc limit 1)
"""


def get_daily_sales(query: GetDailySales, wish: Wish, source: str) -> tuple[Progress, Iterator[Row]]:
    """Return the rows of the days, by day, currency and country."""
    filters = {"currency": query.currency, "country": query.country}
    statement = f"select {', '.join(DAILY_SALES)} from daily_sales where day between %s and %s"
    return _begun(query, wish, source, DAILY_SALES, statement, filters)


def get_product_sales(query: GetProductSales, wish: Wish, source: str) -> tuple[Progress, Iterator[Row]]:
    """Return the rows of the months, by month, product and currency."""
    filters = {"currency": query.currency, "product_id": query.product_id}
    statement = f"select {', '.join(PRODUCT_SALES)} from product_sales where month between %s and %s"
    return _begun(query, wish, source, PRODUCT_SALES, statement, filters)


def sales_columns(by: str) -> tuple[str, ...]:
    """Return the columns of sums by day, month or country."""
    return by, "currency", *_COUNTS, *_AMOUNTS


def get_sales_totals(query: GetSalesTotals, wish: Wish, source: str) -> tuple[Progress, Iterator[Row]]:
    """Return the sums, by what they are summed up by and by currency."""
    filters = {"currency": query.currency, "country": query.country}
    counts = [f"sum({column})::bigint" for column in _COUNTS]
    sums = ", ".join([*counts, *(f"sum({column})" for column in _AMOUNTS)])
    statement = f"select {_BY[query.by]}, currency, {sums} from daily_sales where day between %s and %s"
    return _begun(query, wish, source, sales_columns(query.by), statement, filters, " group by 1, 2 order by 1, 2")


def get_top_products(query: GetTopProducts, wish: Wish, source: str) -> tuple[Progress, Iterator[Row]]:
    """Return the sums of the products, those that brought most first, under their newest names."""
    sums = "sum(units)::bigint as units, sum(orders) as orders, sum(revenue) as revenue"
    statement = f"""
        select product_id, currency, {_NEWEST_NAME}, units, orders, revenue from (
            select product_id, currency, {sums} from product_sales where month between %s and %s"""
    end = f" group by 1, 2 order by {query.by} desc, 1 limit {query.limit or 'all'}) as sums"
    return _begun(query, wish, source, TOP_PRODUCTS, statement, {"currency": query.currency}, end)


def _begun(
    query: GetDailySales | GetProductSales | GetTopProducts,
    wish: Wish,
    source: str,
    columns: tuple[str, ...],
    statement: str,
    filters: Mapping[str, str | None],
    end: str = " order by 1, 2, 3",
) -> tuple[Progress, Iterator[Row]]:
    """Return how far the rows have come, and the rows; what fails, fails here and not in the middle of an answer."""
    given = {column: value for column, value in filters.items() if value is not None}
    clauses = "".join(f" and {column} = %s" for column in given)
    values = [query.first, query.last, *given.values()]
    rows = _rows(query.read_model, wish, source, columns, f"{statement}{clauses}{end}", values)
    came: Any = next(rows)
    first = next(rows, None)
    return came, _closing(rows, first)


def _rows(
    read_model: str, wish: Wish, source: str, columns: tuple[str, ...], statement: str, values: list[Any]
) -> Iterator[Any]:
    """Yield the progress, then each row: in one transaction, which ends with the last of them."""
    with transaction.atomic(using=source), connections[source].chunked_cursor() as cursor:
        yield progress(source, read_model, wish)
        cursor.execute(statement, values)
        while found := cursor.fetchmany(_CHUNK):
            yield from (dict(zip(columns, row, strict=True)) for row in found)


def _closing(rows: Iterator[Row], first: Row | None) -> Iterator[Row]:
    """Yield rows; whoever does not take all of them closes this generator, and with it the transaction."""
    if first is not None:
        yield from chain([first], rows)
