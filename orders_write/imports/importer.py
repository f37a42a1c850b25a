"""Places imported orders through the command bus, in bulk transactions, and accounts for every row."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid5

from orders_write import command_bus
from orders_write.command_bus import Context
from orders_write.domain.errors import DomainError, OrderAlreadyExists
from orders_write.imports.online_retail import COLUMNS, NAMESPACE, Contents, Invoice, Row

ACTOR = "import:online-retail"
BATCH = 250


@dataclass
class Summary:
    """What became of a file; accepted, already imported and rejected rows add up to its rows."""

    rows: int = 0
    accepted_lines: int = 0
    already_imported_lines: int = 0
    rejected_rows: int = 0
    orders: int = 0
    already_imported: int = 0
    rejected_by_reason: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the figures by name."""
        return asdict(self)


def place(contents: Contents, rejects: Path, report: Callable[[int], None] = lambda orders: None) -> Summary:
    """Place the orders of a file that are not there yet, and write what is no order, with its reason, to `rejects`.

    Raises:
        ConcurrencyConflict, OperationalError: the batch under way is not stored, the ones before it are; import again.
    """
    summary, rejected = Summary(rows=contents.rows), list(contents.rejected)
    for invoices in _batches(contents.invoices.values()):
        rejected += _place_batch(invoices, summary)
        report(len(invoices))
    _write_rejects(rejects, sorted(rejected, key=lambda found: found[0].number))
    summary.rejected_rows = len(rejected)
    summary.rejected_by_reason = dict(sorted(Counter(reason for _, reason in rejected).items()))
    return summary


def _batches(invoices: Iterable[Invoice]) -> Iterator[list[Invoice]]:
    left = iter(invoices)
    while batch := list(islice(left, BATCH)):
        yield batch


def _place_batch(invoices: Sequence[Invoice], summary: Summary) -> list[tuple[Row, str]]:
    answers = command_bus.dispatch_many([(invoice.command(), _context(invoice)) for invoice in invoices])
    rejected: list[tuple[Row, str]] = []
    for invoice, answer in zip(invoices, answers, strict=True):
        if isinstance(answer, OrderAlreadyExists):
            summary.already_imported += 1
            summary.already_imported_lines += len(invoice.rows)
        elif isinstance(answer, DomainError):
            rejected += [(row, f"order refused: {answer.code}") for row in invoice.rows]
        else:
            summary.orders += 1
            summary.accepted_lines += len(invoice.rows)
    return rejected


def _context(invoice: Invoice) -> Context:
    command_id = uuid5(NAMESPACE, f"command {invoice.number}")
    return Context(ACTOR, command_id, correlation_id=NAMESPACE, occurred_at=invoice.occurred_at)


def _write_rejects(path: Path, rejected: Sequence[tuple[Row, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "reason", *COLUMNS))
        writer.writerows((row.number, reason, *row.cells) for row, reason in rejected)
