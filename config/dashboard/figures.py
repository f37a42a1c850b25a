"""The overview's figures: cheap however many orders and events there are, and honest about what is estimated."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeVar

import msgspec
from django.core.cache import cache
from django.db import connections
from django.db.models import Sum

from orders_read.models import DailySales
from orders_read.queries import STATUSES
from orders_write import event_store
from projections.models import ProjectionLagSample
from projections.registry import PROJECTORS
from projections.rows import READ

DAYS, CURRENCIES, COUNTED_UPTO, CACHED_SECONDS = 30, 4, 10_000, 15
_STATES = """
    select state, (select count(*) from (select from order_views where status = state limit %s) as few)
    from unnest(%s::text[]) as state
"""
_ESTIMATES = """
    select word, frequency * reltuples from pg_class, pg_stats,
        unnest(most_common_vals::text::text[], most_common_freqs) as common (word, frequency)
    where oid = to_regclass('public.order_views')
      and schemaname = 'public' and tablename = 'order_views' and attname = 'status'
"""
T = TypeVar("T")


class DaySales(msgspec.Struct, frozen=True):
    """One day's orders, and what they brought in one currency."""

    day: date
    currency: str
    orders: int
    net: Decimal


class StateCount(msgspec.Struct, frozen=True):
    """How many orders are in a state; beyond COUNTED_UPTO as the server estimates it."""

    state: str
    orders: int
    estimated: bool


class Sales(msgspec.Struct, frozen=True):
    """The last days' sales, of the currencies with the most orders."""

    rows: list[DaySales]
    today: date

    @property
    def orders_today(self) -> int:
        """How many orders were placed today."""
        return sum(row.orders for row in self.rows if row.day == self.today)

    @property
    def revenue_today(self) -> list[DaySales]:
        """What today brought, by currency."""
        return [row for row in self.rows if row.day == self.today]

    @property
    def days(self) -> list[date]:
        """The days, the oldest first."""
        return [self.today - timedelta(days=ago) for ago in reversed(range(DAYS))]

    @property
    def currencies(self) -> list[str]:
        """The currencies with the most orders, the first first."""
        orders: dict[str, int] = defaultdict(int)
        for row in self.rows:
            orders[row.currency] += row.orders
        return sorted(orders, key=lambda currency: (-orders[currency], currency))[:CURRENCIES]

    def table(self) -> list[tuple[date, list[Decimal]]]:
        """Return for each day what it brought in each currency."""
        net = {(row.day, row.currency): row.net for row in self.rows}
        return [(day, [net.get((day, currency), Decimal(0)) for currency in self.currencies]) for day in self.days]

    def chart(self) -> dict[str, Any]:
        """Return the chart; its numbers are for drawing alone."""
        columns = zip(*(amounts for _, amounts in self.table()), strict=True)
        drawn = [
            {"label": currency, "data": [float(amount) for amount in column]}
            for currency, column in zip(self.currencies, columns, strict=True)
        ]
        return {"type": "bar", "labels": [f"{day:%d %b}" for day in self.days], "datasets": drawn}


def sales() -> Sales:
    """Return the sales of the last days, today among them (UTC)."""
    today = datetime.now(UTC).date()
    rows = DailySales.objects.using(READ).filter(day__gt=today - timedelta(days=DAYS), day__lte=today)
    summed = rows.values_list("day", "currency").annotate(orders=Sum("orders"), net=Sum("net"))
    return Sales([DaySales(*row) for row in summed.order_by("day", "currency")], today)


def orders_by_state() -> list[StateCount]:
    """Return the states that orders are in, some seconds old: counted up to a bound, estimated beyond it."""
    return _cached("overview-orders-by-state", lambda: _orders_by_state(), list[StateCount])


def _orders_by_state() -> list[StateCount]:
    with connections[READ].cursor() as cursor:
        cursor.execute(_ESTIMATES)
        many = {state: int(orders) for state, orders in cursor.fetchall() if orders > COUNTED_UPTO}
        cursor.execute(_STATES, [COUNTED_UPTO + 1, [state for state in STATUSES if state not in many]])
        counted = dict(cursor.fetchall())
    found = [
        StateCount(state, many.get(state) or min(counted[state], COUNTED_UPTO), _is_estimate(state, many, counted))
        for state in STATUSES
    ]
    return [one for one in found if one.orders]


def _is_estimate(state: str, many: dict[str, int], counted: dict[str, int]) -> bool:
    return state in many or counted[state] > COUNTED_UPTO


def events_per_minute() -> list[tuple[datetime, float]]:
    """Return for each minute of the last hour how many events were recorded, as the lag samples saw the log's head."""
    since = datetime.now(UTC) - timedelta(hours=1)
    samples = ProjectionLagSample.objects.filter(projection=PROJECTORS[0].name, partition=0, sampled_at__gt=since)
    heads: dict[datetime, tuple[datetime, int]] = {}
    for at, head in samples.exclude(head=None).order_by("sampled_at").values_list("sampled_at", "head"):
        heads[at.replace(second=0, microsecond=0)] = (at, head or 0)
    return [(minute, _per_minute(before, after)) for (_, before), (minute, after) in pairwise(heads.items())]


def events_of_the_last_minute() -> float | None:
    """Return how many events a minute were recorded since the newest sample that is a minute old; None without one."""
    now = datetime.now(UTC)
    old = ProjectionLagSample.objects.filter(
        projection=PROJECTORS[0].name,
        sampled_at__lt=now - timedelta(minutes=1),
        sampled_at__gt=now - timedelta(hours=1),
    )
    found = old.exclude(head=None).order_by("-sampled_at").values_list("sampled_at", "head").first()
    return _per_minute((found[0], found[1] or 0), (now, event_store.head())) if found else None


def _per_minute(before: tuple[datetime, int], after: tuple[datetime, int]) -> float:
    minutes = (after[0] - before[0]).total_seconds() / 60
    return round(max(0, after[1] - before[1]) / minutes, 1) if minutes > 0 else 0.0


def events_chart(minutes: Iterable[tuple[datetime, float]]) -> dict[str, Any]:
    """Return the chart of events per minute."""
    found = list(minutes)
    drawn = {"label": "events per minute", "data": [events for _, events in found], "fill": False}
    return {
        "type": "line",
        "labels": [f"{minute:%H:%M}" for minute, _ in found],
        "datasets": [drawn],
        "unit": "a minute",
    }


def states_chart(states: list[StateCount]) -> dict[str, Any]:
    """Return the chart of orders by state."""
    labels = [one.state.replace("_", " ") for one in states]
    drawn = {"label": "orders", "data": [one.orders for one in states]}
    return {"type": "bar", "labels": labels, "datasets": [drawn], "unit": "orders", "ticks": len(labels)}


def _cached(key: str, ask: Callable[[], T], kind: Any) -> T:
    """Return an answer that may be some seconds old; without the cache it is asked for every time."""
    with suppress(Exception):
        if kept := cache.get(key):
            return msgspec.json.decode(kept, type=kind)  # type: ignore[no-any-return]
    found = ask()
    with suppress(Exception):
        cache.set(key, msgspec.json.encode(found), CACHED_SECONDS)
    return found
