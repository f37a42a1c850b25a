"""Prints what was measured: one line each, with its ratio to the baseline of the same run."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import perf_counter

Rounds = Mapping[str, Sequence[float]]


def show(title: str, unit: str, rounds: Rounds, baseline: str, *, note: str = "") -> None:
    """Print the median figure of each name, its range, and the median of its ratios to the baseline, round by round."""
    print(f"\n{title}")
    for name, figures in rounds.items():
        ratio = ratio_to(rounds, name, baseline)
        spread = f"({min(figures):,.0f} to {max(figures):,.0f})" if len(figures) > 1 else ""
        print(f"  {name:<46} {statistics.median(figures):>12,.1f} {unit:<9} {ratio:>7.2f} x  {spread}")
    if note:
        print(f"  {note}")


def ratio_to(rounds: Rounds, name: str, baseline: str) -> float:
    """Return the median of the ratios of figures that were measured in the same round."""
    return statistics.median(one / base for one, base in zip(rounds[name], rounds[baseline], strict=True))


def alternating(contenders: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Measure each contender in turn, several times over, so that a drifting machine slows all of them alike."""
    figures: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, measure in contenders.items():
            figures[name].append(measure())
    return figures


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes, in seconds."""
    started = perf_counter()
    work()
    return perf_counter() - started


def percentile(figures: Iterable[float], percent: float) -> float:
    """Return the figure that `percent` of all of them do not exceed."""
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
