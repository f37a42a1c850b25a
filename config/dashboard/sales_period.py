"""The period of a report: by a name, or from one day to another; and the one before it, of the same length."""

from datetime import UTC, date, datetime, timedelta

import msgspec

DAYS = 366
NAMES = {
    "30": "Last 30 days",
    "7": "Last 7 days",
    "month": "This month",
    "last-month": "Last month",
    "year": "This year",
}


class Period(msgspec.Struct, frozen=True):
    """Days, both inside (UTC)."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """The days before it, as many."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    @property
    def in_months(self) -> "Period":
        """The whole months that it touches."""
        return Period(self.first.replace(day=1), _end_of_month(self.last))

    def each_day(self) -> list[date]:
        """Return its days in order."""
        return [self.first + timedelta(days=n) for n in range(self.days)]


def named(name: str, today: date) -> Period:
    """Return the period of a name, with today as its last day but for months that are over."""
    match name:
        case "month":
            return Period(today.replace(day=1), today)
        case "last-month":
            last = today.replace(day=1) - timedelta(days=1)
            return Period(last.replace(day=1), last)
        case "year":
            return Period(today.replace(month=1, day=1), today)
        case "7":
            return Period(today - timedelta(days=6), today)
        case _:
            return Period(today - timedelta(days=29), today)


def chosen(name: str, first: date | None, last: date | None) -> Period:
    """Return the period that was chosen; a day that is given counts more than a name.

    Raises:
        ValueError: it ends before it begins, or is too long.
    """
    today = datetime.now(UTC).date()
    if first is None and last is None:
        return named(name, today)
    last = last or max(today, first or today)
    period = Period(first or last - timedelta(days=29), last)
    if period.days < 1:
        raise ValueError(f"The report's first day, {period.first}, comes after its last, {period.last}.")
    if period.days > DAYS:
        raise ValueError(f"A report covers at most {DAYS} days, not {period.days}; ask for it in parts.")
    return period


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
