"""The policies: what the service asks for by itself, once an order has waited for long enough.

Which orders are due is read from `order_deadlines`; whether it may be done the order decides, as for any command. So to
act twice, at the same time or on rows that are behind does no harm: a command expects its row's version, and an order
that has moved on is left to its newer row. Nothing is remembered here: a row stops waiting when the event is posted
that its command has led to.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID, uuid5

import structlog
from django.conf import settings
from django.db import DatabaseError

from orders_read.models import OrderDeadline
from orders_write.command_bus import Context, dispatch
from orders_write.domain.commands import CloseOrder, ExpireOrder
from orders_write.domain.ends import End
from orders_write.domain.errors import DomainError
from orders_write.event_store import ConcurrencyConflict
from projections.posting import INFRASTRUCTURE
from projections.rows import READ

BATCH = 100
_SECONDS = 20.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Policy:
    """What is asked for when an order has come near `end`, and how long it may stay so: `setting` times `unit`."""

    end: End
    command: type[ExpireOrder | CloseOrder]
    setting: str
    unit: timedelta

    @property
    def actor(self) -> str:
        """Who asks, as the events say it."""
        return f"policy:{self.end}"

    @property
    def patience(self) -> timedelta:
        """How long an order may wait; none means for ever."""
        return self.unit * max(0.0, float(getattr(settings, self.setting)))

    def command_id(self, event_id: UUID) -> UUID:
        """Return the id of the command that answers an event: the same whenever and by whomever it is asked."""
        return uuid5(event_id, self.actor)


POLICIES = (
    Policy("expire", ExpireOrder, "EXPIRE_AFTER_HOURS", timedelta(hours=1)),
    Policy("close", CloseOrder, "CLOSE_AFTER_DAYS", timedelta(days=1)),
)


@dataclass(frozen=True)
class Acted:
    """What became of a policy's commands: done, left because the order had moved on, or failed for a fault of ours."""

    policy: str
    done: int = 0
    left: int = 0
    failed: int = 0


def act(now: datetime, seconds: float = _SECONDS) -> list[Acted]:
    """Ask for what is due at `now`, the longest waiting first, for up to `seconds`; the rest has its turn next time.

    Raises:
        OperationalError, InterfaceError …: infrastructure failed; what was asked until then is done.
    """
    return [_act(policy, now, seconds / len(POLICIES)) for policy in POLICIES if policy.patience]


def _act(policy: Policy, now: datetime, seconds: float) -> Acted:
    deadline = time.monotonic() + seconds
    due = takewhile(lambda row: time.monotonic() < deadline, _due(policy.end, now - policy.patience))
    outcomes = Counter(_ask(policy, row) for row in due)
    if outcomes:
        log.info("policy acted", policy=policy.end, **outcomes)
    return Acted(policy.end, **outcomes)


def _due(end: End, since: datetime) -> Iterator[OrderDeadline]:
    """Yield the orders that have waited since then or longer, each once, in batches of a bounded size."""
    waiting = OrderDeadline.objects.using(READ).filter(awaits=end, since__lte=since).order_by("since", "order_id")
    batch = list(waiting[:BATCH])
    while batch:
        yield from batch
        last = batch[-1]
        later = waiting.filter(since__gte=last.since).exclude(since=last.since, order_id__lte=last.order_id)
        batch = list(later[:BATCH])


def _ask(policy: Policy, row: OrderDeadline) -> str:
    """Ask for one order's end, and return what became of it; an order that cannot be asked does not stop the others."""
    try:
        dispatch(policy.command(order_id=row.order_id), _context(policy, row), expected_version=row.version)
    except (DomainError, ConcurrencyConflict):
        return "left"
    except (DatabaseError, *INFRASTRUCTURE):
        raise
    except Exception as error:
        log.error("policy failed", policy=policy.end, order_id=str(row.order_id), error=str(error), exc_info=error)
        return "failed"
    return "done"


def _context(policy: Policy, row: OrderDeadline) -> Context:
    assert row.event_id is not None
    assert row.correlation_id is not None
    return Context(
        actor=policy.actor,
        command_id=policy.command_id(row.event_id),
        correlation_id=row.correlation_id,
        causation_id=row.event_id,
    )
