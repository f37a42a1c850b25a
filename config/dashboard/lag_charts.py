"""How a projection's lag and throughput went, from the samples that beat takes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
from django import forms
from django.db import connections

from projections.projector import Projector
from projections.rows import READ

HOURS = {1: "last hour", 6: "last 6 hours", 24: "last day", 168: "last 7 days"}
_POINTS = 120
_SAMPLES = """
    select date_bin(%s::interval, sampled_at, 'epoch') as at, max(lag_seconds), max(lag_events), min(position),
           max(sampled_at), bool_and(objective_held)
    from projection_lag_samples where projection = %s and sampled_at > %s group by 1 order by 1
"""


class Period(forms.Form):
    """How far back the charts go."""

    hours = forms.ChoiceField(choices=list(HOURS.items()), label="Period", required=False)


class Point(msgspec.Struct, frozen=True):
    """The worst lag of a while, how many events a second were posted in it, and whether the objective was kept."""

    at: datetime
    lag_seconds: float
    lag_events: int
    posted: float | None
    held: bool


def points(projector: Projector, hours: int) -> list[Point]:
    """Return what the samples of the last hours say, in at most 120 points or so.

    Raises:
        OperationalError: the read database does not answer.
    """
    now = datetime.now(UTC)
    step = f"{max(30, hours * 3600 // _POINTS)} seconds"
    with connections[READ].cursor() as cursor:
        cursor.execute(_SAMPLES, [step, projector.name, now - timedelta(hours=hours)])
        found = cursor.fetchall()
    posted = [None, *(_posted(before, after) for before, after in pairwise(found))]
    return [Point(row[0], row[1], row[2], rate, row[5]) for row, rate in zip(found, posted, strict=False)]


def _posted(before: tuple[Any, ...], after: tuple[Any, ...]) -> float | None:
    if before[3] is None or after[3] is None:
        return None
    seconds = (after[4] - before[4]).total_seconds()
    return round(max(0, after[3] - before[3]) / seconds, 2) if seconds > 0 else None


def lag_chart(found: list[Point], objective: float) -> dict[str, Any]:
    """Return the chart of the lag in seconds, with the objective as a dashed line."""
    lags = {"label": "lag", "data": [point.lag_seconds for point in found]}
    bound = {"label": "objective", "data": [objective] * len(found), "dashed": True}
    return {"type": "line", "labels": _labels(found), "datasets": [lags, bound], "unit": "s"}


def throughput_chart(found: list[Point]) -> dict[str, Any]:
    """Return the chart of the events that were posted in a second."""
    posted = {"label": "posted", "data": [point.posted for point in found]}
    return {"type": "line", "labels": _labels(found), "datasets": [posted], "unit": "events/s"}


def _labels(found: list[Point]) -> list[str]:
    days = bool(found) and (found[-1].at - found[0].at) > timedelta(hours=24)
    return [f"{point.at:%d %b %H:%M}" if days else f"{point.at:%H:%M}" for point in found]


def summary(found: list[Point]) -> dict[str, Any]:
    """Return the charts' figures in words."""
    rates = [point.posted for point in found if point.posted is not None]
    return {
        "worst": max((point.lag_seconds for point in found), default=None),
        "held": round(100 * sum(point.held for point in found) / len(found)) if found else None,
        "most_posted": max(rates, default=None),
        "posted": rates[-1] if rates else None,
    }
