"""Read your writes: how far a read model has come, what an answer must show, and whether it does.

A position is read before the rows that it speaks for, or in their statement: an answer never claims more than it shows.
Only the read database is asked, so the lag is a bound: what is older than that is in the answer.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from orders_read import reading

DEFAULT_WAIT_SECONDS = {
    "order_views": 2,
    "order_timeline": 2,
    "customer_summaries": 5,
    "daily_sales": 5,
    "product_sales": 5,
}

# A worker that looked after the last event was posted found nothing more: the rows were complete at that moment.
# Otherwise they are complete up to the last event's time. A halted projection has not looked, only failed.
PROGRESS = """
    select coalesce(min(position), 0) as position,
        case
            when count(*) = count(complete_at) then extract(epoch from clock_timestamp() - min(complete_at))::float8
        end as lag,
        coalesce(bool_or(state = 'halted'), false) as halted,
        exists (
            select from parked_events join checkpoints as live using (projection, generation)
            where projection = %s and live.state in ('active', 'halted') and parked_events.position = %s
        ) as parked,
        exists (
            select from parked_events join checkpoints as live using (projection, generation)
            where projection = %s and live.state in ('active', 'halted') and stream_id = %s
        ) as held
    from (
        select position, state, case
            when state = 'active' and looked_at > updated_at then looked_at else last_recorded_at
        end as complete_at
        from checkpoints where projection = %s and state in ('active', 'halted')
    ) as partitions
"""


class Wish(msgspec.Struct, frozen=True):
    """What an answer must show: the log up to a position; and for how long it may be waited for, in seconds.

    Without `wait` it is the read model's own time; 0 is not at all.
    """

    position: int = 0
    wait: int | None = None


class Progress(msgspec.Struct, frozen=True):
    """How far a read model has come.

    All events up to `position` are in its rows, but for those of orders that are held by a parked event: `parked` is
    what was wished for, or the order that is asked for is `held`. Everything recorded more than `lag` seconds ago is in
    too; None where no worker has looked yet. `halted`: events wait that it cannot apply.
    """

    position: int
    lag: float | None
    halted: bool = False
    parked: bool = False
    held: bool = False

    def of_nothing(self) -> "Progress":
        """Return the same where the order is not there for who asks: that one is held would tell that it is there."""
        return msgspec.structs.replace(self, held=False)

    def shows(self, wish: Wish) -> bool:
        """Tell whether rows of this progress show what is wished for."""
        return self.position >= wish.position and not (self.halted or self.parked or self.held)


def of_row(row: Sequence[Any]) -> Progress:
    """Return the progress that a row of PROGRESS tells."""
    position, lag, *signs = row
    return Progress(position, None if lag is None else max(0.0, round(lag, 3)), *signs)


def asked(read_model: str, wish: Wish, order_id: UUID | None = None) -> list[Any]:
    """Return the values that PROGRESS needs."""
    return [read_model, wish.position, read_model, order_id, read_model]


def progress(source: str, read_model: str, wish: Wish, order_id: UUID | None = None) -> Progress:
    """Return how far a read model has come on a server."""
    [row] = reading.fetch(source, PROGRESS, asked(read_model, wish, order_id), prepared=True)
    return of_row(row)
