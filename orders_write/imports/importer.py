"""Places imported orders through the command bus, in bulk transactions, and accounts for every row of the file."""

import csv
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from orders_write import command_bus, event_store
from orders_write.command_bus import Answer, Asked
from orders_write.domain.errors import DomainError
from orders_write.imports import returning
from orders_write.imports.batches import batches, context
from orders_write.imports.credit_notes import matched
from orders_write.imports.online_retail import COLUMNS, Contents, Invoice, Row
from orders_write.imports.sole import sole_import


@dataclass
class Summary:
    """What became of a file; accepted, returned, already imported and rejected rows add up to its rows.

    Amounts are in pounds; `refunded` is what the returns of this import gave back, `not_refunded` what their credit
    notes say beyond what had been paid.
    """

    rows: int = 0
    accepted_lines: int = 0
    already_imported_lines: int = 0
    returned_rows: int = 0
    already_returned_rows: int = 0
    rejected_rows: int = 0
    orders: int = 0
    already_imported: int = 0
    returns: int = 0
    returned_units: int = 0
    refunded: Decimal = Decimal(0)
    not_refunded: Decimal = Decimal(0)
    rejected_by_reason: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the figures by name."""
        return asdict(self)


def place(contents: Contents, rejects: Path, report: Callable[[int], None] = lambda orders: None) -> Summary:
    """Place the orders and returns of a file that are not there yet, and write what is neither, with its reason.

    Raises:
        AnotherImport: one is running.
        ConcurrencyConflict, OperationalError: the batch under way is not stored, the ones before it are; import again.
    """
    with sole_import():
        summary, rejected = Summary(rows=contents.rows), list(contents.rejected)
        refused: dict[str, str] = {}
        for invoices in batches(contents.invoices.values()):
            refused |= _place_batch(invoices, summary)
            report(len(invoices))
        rejected += [(row, reason) for number, reason in refused.items() for row in contents.invoices[number].rows]
        rejected += _return(contents, refused, summary)
    _write_rejects(rejects, sorted(rejected, key=lambda found: found[0].number))
    summary.rejected_rows = len(rejected)
    summary.rejected_by_reason = dict(sorted(Counter(reason for _, reason in rejected).items()))
    return summary


def _place_batch(invoices: Sequence[Invoice], summary: Summary) -> dict[str, str]:
    """Place the orders that are not there; return the reason for each that is refused, by its number."""
    known = event_store.existing([invoice.order_id for invoice in invoices])
    new = [invoice for invoice in invoices if invoice.order_id not in known]
    summary.already_imported += len(invoices) - len(new)
    summary.already_imported_lines += sum(len(one.rows) for one in invoices if one.order_id in known)
    refused = {}
    for invoice, answer in zip(new, _dispatch_stories([_story(invoice) for invoice in new]), strict=True):
        if isinstance(answer, DomainError):
            refused[invoice.number] = f"order refused: {answer.code}"
        else:
            summary.orders += 1
            summary.accepted_lines += len(invoice.rows)
    return refused


def _story(invoice: Invoice) -> list[Asked]:
    number, at = invoice.number, invoice.occurred_at
    return [(command, context(f"{type(command).__name__} {number}", at)) for command in invoice.commands()]


def _dispatch_stories(stories: Sequence[Sequence[Asked]]) -> Iterator[Answer]:
    """Carry out the commands of several orders in one transaction, and yield the answer to each order's first.

    When that one is refused, there is no order, and the others find none.
    """
    answers = iter(command_bus.dispatch_many([asked for story in stories for asked in story]))
    for story in stories:
        first, *_ = islice(answers, len(story))
        yield first


def _return(contents: Contents, refused: Container[str], summary: Summary) -> list[tuple[Row, str]]:
    """Take back what the credit notes say; return their rows that found no order, or were refused, with the reason."""
    placed = [invoice for number, invoice in contents.invoices.items() if number not in refused]
    returns, unmatched = matched(placed, contents.credits)
    done = returning.give_back(returns)
    rejected = [(credit.row, reason) for credit, reason in unmatched] + list(done.refused.items())
    summary.returns, summary.returned_units = done.returns, done.units
    summary.refunded, summary.not_refunded = done.refunded, done.not_refunded
    summary.returned_rows = len(done.rows)
    summary.already_returned_rows = len(contents.credits) - len(rejected) - len(done.rows)
    return rejected


def _write_rejects(path: Path, rejected: Sequence[tuple[Row, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "reason", *COLUMNS))
        writer.writerows((row.number, reason, *row.cells) for row, reason in rejected)
