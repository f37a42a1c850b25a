"""Reads the UCI "Online Retail" layout: which rows are lines of orders, and why the others are not. Plain Python.

`InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country`; times are Europe/London.
"""

import csv
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TextIO, cast
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from gate.text import BadText, clean
from orders_write.domain.commands import CreateOrder
from orders_write.domain.values import Address, Item

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
NAMESPACE = uuid5(NAMESPACE_URL, "daybook:online-retail")
_LONDON = ZoneInfo("Europe/London")
_INVOICE = re.compile(r"[0-9]{6}")
_KINDS = {"C": "credit note", "A": "not an order"}


class UnreadableFile(Exception):
    """The file is not of this layout; the text says where and what was expected."""


class _Rejected(Exception):
    """A row is not a line of an order; the text is the reason, in words that are counted."""


@dataclass(frozen=True)
class Row:
    """One row of the file: its line number, from 1 for the header, and its cells."""

    number: int
    cells: tuple[str, ...]

    @property
    def invoice(self) -> str:
        """The number of the invoice that the row belongs to."""
        return self.cells[0] if self.cells else ""


@dataclass
class Invoice:
    """One order: its rows, and the items that they stand for, in the order of the file."""

    number: str
    occurred_at: datetime
    customer_id: str | None
    country: str
    rows: list[Row] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    @property
    def order_id(self) -> UUID:
        """The same id whenever the invoice is imported."""
        return uuid5(NAMESPACE, self.number)

    def command(self) -> CreateOrder:
        """Return the command that places this order."""
        return CreateOrder(
            order_id=self.order_id,
            customer_id=self.customer_id,
            currency="GBP",
            items=tuple(self.items),
            shipping_address=Address(self.country),
            reference=self.number,
        )


@dataclass
class Contents:
    """What a file holds: orders by invoice number, in the order of their first rows, and rows that are no order's."""

    invoices: dict[str, Invoice] = field(default_factory=dict)
    rejected: list[tuple[Row, str]] = field(default_factory=list)
    rows: int = 0


def read(path: Path) -> Contents:
    """Return what a file, plain or gzipped, holds; rows of one invoice may stand apart from each other.

    Raises:
        UnreadableFile: it is missing, broken, not UTF-8, or of another layout.
    """
    contents = Contents()
    try:
        with _opened(path) as file:
            for row in _rows(csv.reader(file), path):
                _take(contents, row)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"{path} cannot be read after {contents.rows} rows: {error}") from error
    return contents


def _opened(path: Path) -> TextIO:
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    if is_gzip:
        return cast(TextIO, gzip.open(path, "rt", encoding="utf-8", newline=""))
    return path.open(encoding="utf-8", newline="")


def _rows(lines: Iterable[list[str]], path: Path) -> Iterator[Row]:
    found = iter(lines)
    header = next(found, [])
    if tuple(header) != COLUMNS:
        raise UnreadableFile(f"{path} does not begin with the header {','.join(COLUMNS)}; is it of another format?")
    for number, cells in enumerate(found, start=2):
        yield Row(number, tuple(cells))


def _take(contents: Contents, row: Row) -> None:
    contents.rows += 1
    try:
        item, customer_id = _item(row)
        invoice = contents.invoices.get(row.invoice) or _invoice(row, customer_id)
    except _Rejected as reason:
        contents.rejected.append((row, str(reason)))
        return
    contents.invoices[row.invoice] = invoice
    invoice.rows.append(row)
    invoice.items.append(item)


def _item(row: Row) -> tuple[Item, str | None]:
    if len(row.cells) != len(COLUMNS):
        raise _Rejected("wrong number of columns")
    _check_characters(row)
    number, product, description, quantity_text, _, price_text, customer, _ = row.cells
    if not _INVOICE.fullmatch(number):
        raise _Rejected(_KINDS.get(number[:1], "not an order"))
    quantity, price = _number(quantity_text), _amount(price_text)
    if quantity <= 0:
        raise _Rejected("quantity not positive")
    if price < 0:
        raise _Rejected("price negative")
    if price == 0 and not customer:
        raise _Rejected("stock adjustment (no price, no customer)")
    return Item(product, description.strip() or product, quantity, price), customer or None


def _check_characters(row: Row) -> None:
    try:
        for cell in row.cells:
            clean(cell)
    except BadText:
        raise _Rejected("character not allowed") from None


def _number(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise _Rejected("quantity not a number")
    return int(text)


def _amount(text: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", text):
        raise _Rejected("price not a number")
    return Decimal(text)


def _invoice(row: Row, customer_id: str | None) -> Invoice:
    try:
        local = datetime.fromisoformat(row.cells[4]).replace(tzinfo=_LONDON)
    except ValueError:
        raise _Rejected("date not a date") from None
    return Invoice(row.invoice, local.astimezone(UTC), customer_id, row.cells[7].strip() or "Unspecified")
