"""How a report is shown: as cells of a table, and as charts of the same figures."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec

from config.dashboard.sales_report import PRODUCT, Report
from orders_read.rows import Row

DRAWN = 15
HEADINGS = {
    "day": "Day (UTC)", "month": "Month (UTC)", "country": "Country", "product_id": "Product", "name": "Name",
    "orders": "Orders", "cancelled_orders": "Cancelled orders", "units": "Units", "returned_units": "Returned units",
    "gross": "Gross", "cancelled": "Cancelled", "expired": "of that expired", "refunded": "Refunded", "net": "Net",
    "revenue": "Revenue",
}  # fmt: skip
_TEXTS = ("day", "month", "country", "product_id", "name")


class Cell(msgspec.Struct, frozen=True):
    """A value as it is shown, in its column, and where it leads."""

    text: str
    is_number: bool
    address: str = ""


class Column(msgspec.Struct, frozen=True):
    """A column's name and heading."""

    name: str
    heading: str
    is_number: bool


def columns(report: Report) -> list[Column]:
    """Return the columns that are shown: the currency stands above them."""
    names = [name for name in report.columns if name != "currency"]
    return [Column(name, HEADINGS[name], name not in _TEXTS) for name in names]


def table(report: Report, rows: Sequence[Row], asked: Mapping[str, str]) -> list[list[Cell]]:
    """Return the rows as cells; a month, a country and a product lead to their own report."""
    return [_cells(report, row, asked) for row in rows]


def totals(report: Report, rows: Sequence[Row]) -> list[Cell]:
    """Return the last row: the sums of the columns of numbers; none over products, as an order may have several."""
    if not rows or report.is_ranking:
        return []
    summed = {one.name: sum(row[one.name] for row in rows) for one in columns(report) if one.is_number}
    return _shown(report, {**rows[0], **summed})


def charts(report: Report, rows: Sequence[Row], before: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the charts: what was earned, and how many orders there were, or units."""
    if report.by == PRODUCT:
        return [_chart(report, rows, "revenue", report.currency), _chart(report, rows, "units", "units")]
    return [_chart(report, rows, "net", report.currency, before), _chart(report, rows, "orders", "orders", before)]


def _cells(report: Report, row: Row, asked: Mapping[str, str]) -> list[Cell]:
    first, *others = _shown(report, row)
    return [msgspec.structs.replace(first, address=_address(report, row, asked)), *others]


def _shown(report: Report, row: Row) -> list[Cell]:
    body = report.body_of(row)
    return [Cell(_text(body[one.name], one.is_number), one.is_number) for one in columns(report)]


def _text(value: Any, is_number: bool) -> str:
    return f"{Decimal(value):,f}" if is_number else str(value)


def _address(report: Report, row: Row, asked: Mapping[str, str]) -> str:
    """Return where a row's first cell leads."""
    kept = {name: value for name, value in asked.items() if name != "format"}
    match report.by:
        case "month":
            last = min(report.days.last, (row["month"] + timedelta(days=31)).replace(day=1) - timedelta(days=1))
            more = {"by": "day", "first": max(report.days.first, row["month"]), "last": last}
        case "country":
            more = {"by": "day", "country": row["country"]}
        case "product" if not report.product:
            more = {"product": row["product_id"]}
        case _:
            return ""
    return f"?{urlencode({**kept, **more})}"


def _chart(report: Report, rows: Sequence[Row], column: str, unit: str, before: Sequence[Row] = ()) -> dict[str, Any]:
    labels, values = _drawn(report, rows, column)
    datasets: list[dict[str, Any]] = [{"label": HEADINGS[column], "data": values}]
    if report.by == "day":
        datasets.append(_line(report, before, column))
    drawn = {"type": "bar", "labels": labels, "datasets": datasets, "unit": unit}
    title = HEADINGS[column] if unit in (column, "") else f"{HEADINGS[column]} in {unit}"
    return {"title": title, "json": json.dumps(drawn)}


def _line(report: Report, before: Sequence[Row], column: str) -> dict[str, Any]:
    """Return the days of the period before, each below the day that it is compared with."""
    label = f"the {report.days.days} days before"
    values = _by_day(before, column, report.days.before.each_day())
    return {"label": label, "data": values, "type": "line", "dashed": True, "borderWidth": 2}


def _drawn(report: Report, rows: Sequence[Row], column: str) -> tuple[list[str], list[str]]:
    """Return labels and values: of every day, or of the rows, of countries and products the highest alone."""
    if report.by == "day":
        days = report.days.each_day()
        return [str(day) for day in days], _by_day(rows, column, days)
    if report.by == "country" or report.is_ranking:
        rows = sorted(rows, key=lambda row: -row[column])[:DRAWN]
    return [_label(report, row) for row in rows], [str(row[column]) for row in rows]


def _by_day(rows: Sequence[Row], column: str, days: Sequence[Any]) -> list[str]:
    found = {row["day"]: str(row[column]) for row in rows}
    return [found.get(day, "0") for day in days]


def _label(report: Report, row: Row) -> str:
    body = report.body_of(row)
    return str(body["name"] if report.is_ranking else body[report.columns[0]])
