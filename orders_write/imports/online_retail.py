"""Reads the UCI "Online Retail" layout: which rows are lines of orders or credit notes, and why others are neither.

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
from orders_write.domain.commands import (
    AuthorizePayment,
    CapturePayment,
    Command,
    ConfirmOrder,
    CreateOrder,
    FulfillItems,
)
from orders_write.domain.values import MAX_PRICE_DECIMALS, Address, Item, decimals_of

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
NAMESPACE = uuid5(NAMESPACE_URL, "daybook:online-retail")
_LONDON = ZoneInfo("Europe/London")
_INVOICE = re.compile(r"[0-9]{6}")
_CREDIT_NOTE = re.compile(r"C[0-9]{6}")


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

    @property
    def total(self) -> Decimal:
        """What the order costs, and was paid, in pounds."""
        return sum((item.unit_price * item.quantity for item in self.items), Decimal(0))

    def commands(self) -> Iterator[Command]:
        """Yield what this order went through: placed, confirmed, paid unless it was free, and shipped."""
        order_id, total = self.order_id, self.total
        yield CreateOrder(
            order_id=order_id,
            customer_id=self.customer_id,
            currency="GBP",
            items=tuple(self.items),
            shipping_address=Address(self.country),
            reference=self.number,
        )
        yield ConfirmOrder(order_id=order_id)
        if total:
            yield AuthorizePayment(order_id=order_id, amount=total, reference=f"authorisation of {self.number}")
            yield CapturePayment(order_id=order_id, amount=total, reference=f"payment of {self.number}")
        yield FulfillItems(order_id=order_id)


@dataclass(frozen=True)
class Credit:
    """One row of a credit note: units of a product that a customer gave back, and the price of one."""

    row: Row
    occurred_at: datetime
    customer_id: str
    product_id: str
    quantity: int
    unit_price: Decimal


@dataclass
class Contents:
    """What a file holds: orders by invoice number, in the order of their first rows, credits, and what is neither."""

    invoices: dict[str, Invoice] = field(default_factory=dict)
    credits: list[Credit] = field(default_factory=list)
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
        if row.invoice.startswith("C"):
            contents.credits.append(_credit(row))
        else:
            _take_item(contents, row)
    except _Rejected as reason:
        contents.rejected.append((row, str(reason)))


def _take_item(contents: Contents, row: Row) -> None:
    item, customer_id = _item(row)
    invoice = contents.invoices.get(row.invoice) or _invoice(row, customer_id)
    contents.invoices[row.invoice] = invoice
    invoice.rows.append(row)
    invoice.items.append(item)


def _item(row: Row) -> tuple[Item, str | None]:
    quantity, price = _figures(row, _INVOICE)
    _, product, description, _, _, _, customer, _ = row.cells
    if quantity <= 0:
        raise _Rejected("quantity not positive")
    if price == 0 and not customer:
        raise _Rejected("stock adjustment (no price, no customer)")
    return Item(product, description.strip() or product, quantity, price), customer or None


def _credit(row: Row) -> Credit:
    quantity, price = _figures(row, _CREDIT_NOTE)
    _, product, _, _, _, _, customer, _ = row.cells
    if quantity >= 0:
        raise _Rejected("credit note: quantity not negative")
    if not customer:
        raise _Rejected("credit note: no customer")
    if decimals_of(price) > MAX_PRICE_DECIMALS:
        raise _Rejected("credit note: price too fine")
    return Credit(row, _time(row), customer, product, -quantity, price)


def _figures(row: Row, number: re.Pattern[str]) -> tuple[int, Decimal]:
    """Return a row's quantity and price, after checking whatever does not depend on what it stands for."""
    if len(row.cells) != len(COLUMNS):
        raise _Rejected("wrong number of columns")
    _check_characters(row)
    if not number.fullmatch(row.invoice):
        raise _Rejected("not an order")
    quantity, price = _number(row.cells[3]), _amount(row.cells[5])
    if price < 0:
        raise _Rejected("price negative")
    return quantity, price


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
    return Invoice(row.invoice, _time(row), customer_id, row.cells[7].strip() or "Unspecified")


def _time(row: Row) -> datetime:
    try:
        return datetime.fromisoformat(row.cells[4]).replace(tzinfo=_LONDON).astimezone(UTC)
    except ValueError:
        raise _Rejected("date not a date") from None
