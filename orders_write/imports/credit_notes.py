"""Finds, for what credit notes give back, the earlier orders that it came from: a credit note never names them.

Plain Python, and decided by the file alone: whoever asks again gets the same answer.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from orders_write.domain.commands import Command, IssueRefund, ReturnItems
from orders_write.domain.values import LineQuantity
from orders_write.imports.online_retail import Credit, Invoice

NO_ORDER = "credit note: no earlier order of the customer has the product"
NOT_ENOUGH = "credit note: not enough of the product left on earlier orders"


@dataclass
class Sold:
    """The units of one product on one order that did not come back, by line."""

    invoice: Invoice
    left: dict[int, int] = field(default_factory=dict)

    @property
    def units(self) -> int:
        """How many are left in all."""
        return sum(self.left.values())

    def take(self, quantity: int) -> dict[int, int]:
        """Take units from the first lines that have some; return how many from which."""
        taken = {}
        for line, left in self.left.items():
            if units := min(left, quantity):
                taken[line] = units
                quantity -= units
        for line, units in taken.items():
            self.left[line] -= units
        return taken


@dataclass(eq=False)
class Return:
    """What one credit note gives back of one order: the units by line, and the money, in pounds.

    `refund` is never more than was paid and not refunded before; what the credit note says beyond it is `excess`.
    """

    credit_note: str
    invoice: Invoice
    occurred_at: datetime
    lines: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    refund: Decimal = Decimal(0)
    excess: Decimal = Decimal(0)
    credits: list[Credit] = field(default_factory=list)

    @property
    def units(self) -> int:
        """How many units come back."""
        return sum(self.lines.values())

    def goods(self) -> Command:
        """Return the command that takes the goods back."""
        items = tuple(LineQuantity(line, self.lines[line]) for line in sorted(self.lines))
        return ReturnItems(order_id=self.invoice.order_id, items=items, reason=f"credit note {self.credit_note}")

    def money(self) -> Command | None:
        """Return the command that gives the money back, None where none is left to give."""
        if not self.refund:
            return None
        why = f"credit note {self.credit_note}"
        return IssueRefund(order_id=self.invoice.order_id, amount=self.refund, reference=self.credit_note, reason=why)


class Ledger:
    """What was sold to whom and has not come back, and how much of what was paid is not refunded.

    Of interest are those pairs of a customer and a product alone that are `given_back`.
    """

    def __init__(self, invoices: Iterable[Invoice], given_back: Container[tuple[str, str]]) -> None:
        self._sold: dict[tuple[str, str], list[Sold]] = defaultdict(list)
        self._paid: dict[str, Decimal] = {}
        for invoice in sorted(invoices, key=lambda found: found.occurred_at):
            if invoice.customer_id is not None:
                self._add(invoice, invoice.customer_id, given_back)

    def _add(self, invoice: Invoice, customer_id: str, given_back: Container[tuple[str, str]]) -> None:
        self._paid[invoice.number] = invoice.total
        for line, item in enumerate(invoice.items, start=1):
            if (customer_id, item.product_id) not in given_back:
                continue
            sold = self._sold[customer_id, item.product_id]
            if not sold or sold[-1].invoice is not invoice:
                sold.append(Sold(invoice))
            sold[-1].left[line] = item.quantity

    def sources(self, credit: Credit, at: datetime) -> tuple[list[Sold], str]:
        """Return the orders that a credit is taken from, newest first, or none and the reason.

        The newest order that has enough alone is preferred; else several give what they have.
        """
        sold = self._sold.get((credit.customer_id, credit.product_id), [])
        earlier = [one for one in reversed(sold) if one.invoice.occurred_at < at]
        if alone := next((one for one in earlier if one.units >= credit.quantity), None):
            return [alone], ""
        if sum(one.units for one in earlier) >= credit.quantity:
            return [one for one in earlier if one.units], ""
        return [], NOT_ENOUGH if earlier else NO_ORDER

    def refund(self, invoice: Invoice, amount: Decimal) -> Decimal:
        """Return as much of an amount as is left of what was paid for an order, and count it as refunded."""
        refund = min(amount, self._paid[invoice.number])
        self._paid[invoice.number] -= refund
        return refund


def matched(invoices: Iterable[Invoice], credits: Sequence[Credit]) -> tuple[list[Return], list[tuple[Credit, str]]]:
    """Return what each credit note gives back of which order, in the order of time, and credits that find none."""
    ledger = Ledger(invoices, {(credit.customer_id, credit.product_id) for credit in credits})
    returns: list[Return] = []
    rejected: list[tuple[Credit, str]] = []
    for number, at, of_one_note in _in_time(credits):
        found: dict[str, Return] = {}
        for credit in of_one_note:
            sources, reason = ledger.sources(credit, at)
            if reason:
                rejected.append((credit, reason))
            for sold, quantity in _shares(sources, credit.quantity):
                back = found.setdefault(sold.invoice.number, Return(number, sold.invoice, at))
                _give_back(ledger, back, sold, quantity, credit)
        returns += found.values()
    return returns, rejected


def _in_time(credits: Iterable[Credit]) -> list[tuple[str, datetime, list[Credit]]]:
    """Return the credit notes, each with its number, the time of its first row, and its rows."""
    notes: dict[str, list[Credit]] = defaultdict(list)
    for credit in credits:
        notes[credit.row.invoice].append(credit)
    return sorted(((number, of[0].occurred_at, of) for number, of in notes.items()), key=lambda note: note[1::-1])


def _shares(sources: Iterable[Sold], quantity: int) -> Iterator[tuple[Sold, int]]:
    for sold in sources:
        if share := min(sold.units, quantity):
            yield sold, share
            quantity -= share


def _give_back(ledger: Ledger, back: Return, sold: Sold, quantity: int, credit: Credit) -> None:
    for line, units in sold.take(quantity).items():
        back.lines[line] += units
    worth = credit.unit_price * quantity
    refund = ledger.refund(sold.invoice, worth)
    back.refund += refund
    back.excess += worth - refund
    back.credits.append(credit)
