"""Takes back through the command bus what credit notes say, and gives the money back, each once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from uuid import UUID

from orders_write import command_bus, event_store
from orders_write.command_bus import Answer
from orders_write.domain.errors import DomainError
from orders_write.imports.batches import batches, command_id, context
from orders_write.imports.credit_notes import Return
from orders_write.imports.online_retail import Row

Part = Literal["return", "refund"]


@dataclass
class Done:
    """What was given back now: rows of credit notes, units and pounds; and rows that were refused, with the reason."""

    returns: int = 0
    units: int = 0
    refunded: Decimal = Decimal(0)
    not_refunded: Decimal = Decimal(0)
    rows: set[Row] = field(default_factory=set)
    refused: dict[Row, str] = field(default_factory=dict)


def give_back(returns: Sequence[Return]) -> Done:
    """Take back what was not taken back before.

    The goods come first: where they are refused, no money follows. A run that ended in between is made up for.
    """
    done = Done()
    for batch in batches(returns):
        known = event_store.command_ids([back.invoice.order_id for back in batch])
        goods = _ask("return", batch, known)
        refused = [back for back, answer in goods if isinstance(answer, DomainError)]
        money = _ask("refund", [back for back in batch if back not in refused], known)
        for back, answer in goods:
            _count_goods(done, back, answer)
        for back, answer in money:
            _count_money(done, back, answer)
    done.rows -= done.refused.keys()
    return done


def _ask(part: Part, backs: Sequence[Return], known: Collection[UUID]) -> list[tuple[Return, Answer]]:
    asked = []
    for back in backs:
        what = f"{part} {back.credit_note} {back.invoice.number}"
        command = back.goods() if part == "return" else back.money()
        if command and command_id(what) not in known:
            asked.append((back, (command, context(what, back.occurred_at))))
    answers = command_bus.dispatch_many([one for _, one in asked])
    return [(back, answer) for (back, _), answer in zip(asked, answers, strict=True)]


def _count_goods(done: Done, back: Return, answer: Answer) -> None:
    rows = [credit.row for credit in back.credits]
    if isinstance(answer, DomainError):
        done.refused |= dict.fromkeys(rows, f"return refused: {answer.code}")
        return
    done.rows.update(rows)
    done.returns += 1
    done.units += back.units
    done.not_refunded += back.excess


def _count_money(done: Done, back: Return, answer: Answer) -> None:
    if isinstance(answer, DomainError):
        done.not_refunded += back.refund
    else:
        done.refunded += back.refund
