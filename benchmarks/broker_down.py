"""How long commands take while the broker is stopped or frozen, against the same service with its broker.

`make bench`, or `.venv/bin/python -m benchmarks.broker_down [commands]`. Rounds alternate, so that a drifting machine
slows all three down alike.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

ROUNDS = 5
ORDER = {
    "customer_id": "ada",
    "currency": "GBP",
    "items": [{"product_id": "tea", "name": "Tea", "quantity": 2, "unit_price": "3.50"}],
    "shipping_address": {"country": "United Kingdom"},
}


def main(commands: int) -> None:
    """Measure and print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import embedded

    embedded.ensure_running()
    django.setup()
    with _service() as service:
        times = _measure(service, commands // ROUNDS)
    baseline = times["broker up"]
    for condition, taken in times.items():
        print(_line(condition, taken, baseline))


def _measure(service: Any, commands: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {"broker up": [], "broker stopped": [], "broker frozen": []}
    _round(service, 50)
    for _ in range(ROUNDS):
        times["broker up"] += _round(service, commands)
        service.broker.stop()
        times["broker stopped"] += _round(service, commands)
        service.broker.start()
        service.freeze_broker()
        times["broker frozen"] += _round(service, commands)
        service.thaw_broker()
        time.sleep(2)  # the worker catches up, so that it does not disturb the next round
    return times


def _round(service: Any, commands: int) -> list[float]:
    return [_one(service) for _ in range(commands)]


def _one(service: Any) -> float:
    started = time.perf_counter()
    status, _ = service.call("POST", "/api/orders", ORDER)
    assert status == 201
    return (time.perf_counter() - started) * 1000


def _line(condition: str, taken: list[float], baseline: list[float]) -> str:
    figures = _figures(taken)
    ratios = [one / base for one, base in zip(figures, _figures(baseline), strict=True)]
    names = ("p50", "p99", "max")
    parts = [f"{name} {ms:7.2f} ms ({ratio:5.2f} x)" for name, ms, ratio in zip(names, figures, ratios, strict=True)]
    return f"{condition:<15} {len(taken)} commands   " + "   ".join(parts)


def _figures(taken: list[float]) -> tuple[float, float, float]:
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98], max(taken)


@contextmanager
def _service() -> Iterator[Any]:
    from tests import databases
    from tests.e2e.service import Service, eventually

    for alias in databases.ALIASES:
        databases.create(alias)
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder))
        try:
            service.broker.start()
            service.leave_wake_ups_to_the_poster()
            service.start("web", "worker", "poster", "beat")
            eventually(service.is_up, "the web server answers")
            yield service
        finally:
            service.stop()
            databases.drop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
