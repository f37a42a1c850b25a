"""Progress of long commands: a bar on a terminal, lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from projections.rebuild_run import Progress as Reached
from projections.rebuild_run import Report

_LINE_EVERY_SECONDS = 2.0


@contextmanager
def reporter(out: Any, title: str, *, quiet: bool) -> Iterator[Report]:
    """Give a function that shows how far a rebuild is: phase, events, events per second, time left."""
    console = Console(file=cast(IO[str], out))
    if quiet:
        yield lambda reached: None
    elif console.is_terminal:
        with _bar(console) as bar:
            yield _on_bar(bar, title)
    else:
        out.write(title)
        yield _Lines(out)


def _bar(console: Console) -> Progress:
    rate = TextColumn("{task.fields[rate]}/s")
    described = TextColumn("{task.description}")
    return Progress(described, BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn(), console=console)


def _on_bar(bar: Progress, title: str) -> Report:
    task, started = bar.add_task(title, total=None, rate="-"), time.monotonic()

    def report(reached: Reached) -> None:
        rate = f"{reached.events / max(time.monotonic() - started, 0.001):,.0f}"
        total = max(reached.total, reached.events)
        bar.update(task, description=f"{title}: {reached.phase}", completed=reached.events, total=total, rate=rate)

    return report


class _Lines:
    """A line for each phase, and one every two seconds."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._phase, self._said, self._started = "", 0.0, time.monotonic()

    def __call__(self, reached: Reached) -> None:
        now = time.monotonic()
        if reached.phase != self._phase or now - self._said > _LINE_EVERY_SECONDS:
            self._phase, self._said = reached.phase, now
            self._out.write(f"    {reached.phase}: {_figures(reached, now - self._started)}")


def _figures(reached: Reached, seconds: float) -> str:
    rate = reached.events / max(seconds, 0.001)
    left = max(reached.total - reached.events, 0) / rate if rate else 0.0
    return f"{reached.events:,} of {reached.total:,} events, {rate:,.0f}/s, {left:.0f} s left"
