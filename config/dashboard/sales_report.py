"""One report: which questions it asks, its columns, and its sums. Amounts are added up within one currency alone."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from config.dashboard.sales_period import Period
from gate.tokens import Actor
from orders_read.queries import GetProductSales, GetSalesTotals, GetTopProducts, Query
from orders_read.query_bus import Answer, ask
from orders_read.reports import PRODUCT_SALES, TOP_PRODUCTS, sales_columns
from orders_read.rows import Row
from orders_read.serializers import daily_sales_body, product_sales_body, top_product_body

PRODUCT = "product"


class Report:
    """What was asked for, of which days; `sums` by currency, that of the most orders first."""

    def __init__(self, asked: Mapping[str, Any], actor: Actor) -> None:
        self.by, self.country, self.product, self.top = (asked[name] for name in ("by", "country", "product", "top"))
        self.actor, self.days = actor, asked["days"]
        self.sums = summed(ask(self._totals(self.days, "month")).found)
        self.currency: str = asked["currency"] or next(iter(self.sums), "")

    def answer(self, limit: int | None = None) -> Answer:
        """Return the rows of the table; of products as many as the limit."""
        return ask(self._query(limit))

    def before(self) -> list[Row]:
        """Return the days of the period before that something happened on."""
        return list(ask(self._totals(self.days.before, "day", self.currency)).found)

    @property
    def is_ranking(self) -> bool:
        """Whether the rows are products, those of most first, instead of days, months or countries."""
        return self.by == PRODUCT and not self.product

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table, and of the file."""
        if self.by != PRODUCT:
            return sales_columns(self.by)
        return PRODUCT_SALES if self.product else TOP_PRODUCTS

    @property
    def body_of(self) -> Callable[[Row], Row]:
        """What makes texts of a row's amounts."""
        if self.by == PRODUCT:
            return product_sales_body if self.product else top_product_body
        return _month_body if self.by == "month" else daily_sales_body

    def _totals(self, days: Period, by: str, currency: str | None = None) -> GetSalesTotals:
        where = {"currency": currency, "country": self.country if self.by != PRODUCT else None}
        return GetSalesTotals(actor=self.actor, first=days.first, last=days.last, by=by, **where)

    def _query(self, limit: int | None) -> Query:
        if self.by != PRODUCT:
            return self._totals(self.days, self.by, self.currency)
        months = {"first": self.days.first.replace(day=1), "last": self.days.last.replace(day=1)}
        asked: dict[str, Any] = {"actor": self.actor, "currency": self.currency, **months}
        if self.product:
            return GetProductSales(**asked, product_id=self.product)
        return GetTopProducts(**asked, by=self.top, limit=limit)


def summed(rows: Iterable[Row]) -> dict[str, Row]:
    """Return the sums of some rows by currency, that of the most orders first."""
    sums: dict[str, Row] = {}
    for row in rows:
        sum_ = sums.setdefault(row["currency"], {"currency": row["currency"]})
        for column, value in row.items():
            if not isinstance(value, (str, date)):
                sum_[column] = sum_.get(column, 0) + value
    return dict(sorted(sums.items(), key=lambda one: (-one[1]["orders"], one[0])))


def _month_body(row: Row) -> Row:
    return daily_sales_body(row) | {"month": f"{row['month']:%Y-%m}"}
