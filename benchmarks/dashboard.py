"""How long the server takes for each page of the dashboard, and how many queries, with many orders and with few.

`.venv/bin/python -m benchmarks.dashboard [orders …]`, 10,000 and 1,000,000 unless given, of five events each, in every
read model. Each page is asked for several times by an administrator; the first answer warms up. The pages' own address
table is compared with the dashboard's, so that none is forgotten.
"""

import resource
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks import databases, table, workload

SIZES, ASKED = (10_000, 1_000_000), 7


class Answer(NamedTuple):
    """How a page was answered: its times in ms, and its queries to each database."""

    milliseconds: list[float]
    write_queries: int
    read_queries: int
    kilobytes: float


def main(sizes: tuple[int, ...]) -> None:
    """Measure and print."""
    for orders in sizes:
        with databases.fresh():
            _fill(orders)
            print(f"\nthe dashboard's pages with {orders:,} orders, {orders * workload.EVENTS_PER_ORDER:,} events")
            print(f"  {'page':<58} {'median ms':>9} {'worst ms':>9} {'queries write':>14} {'read':>5} {'kB':>7}")
            for name, answer in _answers():
                median, worst = statistics.median(answer.milliseconds), max(answer.milliseconds)
                queries = f"{answer.write_queries:>14} {answer.read_queries:>5}"
                print(f"  {name:<58} {median:>9.1f} {worst:>9.1f} {queries} {answer.kilobytes:>7.0f}", flush=True)


def _fill(orders: int) -> None:
    """Write the log, and build every read model from it."""
    from projections.registry import PROJECTORS

    workload.write(orders * workload.EVENTS_PER_ORDER)
    for projector in PROJECTORS:
        [(seconds, *peaks)] = databases.in_processes(_rebuilt, [(projector.name,)], timeout=3_600)
        print(f"  {projector.name} rebuilt in {seconds:.1f} s, at most {max(peaks)} MB a process", flush=True)
    databases.settle()


def _rebuilt(barrier: Any, name: str) -> tuple[float, int, int]:
    """Rebuild with a helper; return the seconds, and the most memory that this process and that one took, in MB."""
    from projections.rebuild import Options, rebuild
    from projections.registry import named

    seconds = table.seconds(lambda: rebuild(named([name])[0], Options(workers=2)))
    own, helpers = (
        resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return seconds, own, helpers


def _answers() -> Iterator[tuple[str, Answer]]:
    from django.contrib.auth import get_user_model
    from django.test import Client

    browser = Client(HTTP_HOST="localhost")
    browser.force_login(get_user_model().objects.create_superuser("benchmark"))
    for name, address in _addresses().items():
        browser.get(address)
        yield name, _asked(browser, name, address)


def _asked(browser: Any, name: str, address: str) -> Answer:
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    times, size = [], 0
    for _ in range(ASKED):
        started = perf_counter()
        answer = browser.get(address)
        assert answer.status_code == 200, f"{name}: {answer.status_code} for {address}"
        size = len(b"".join(answer)) if answer.streaming else len(answer.content)
        times.append((perf_counter() - started) * 1000)
    with ExitStack() as counting:
        write, read = (
            counting.enter_context(CaptureQueriesContext(connections[alias])) for alias in ("default", "read")
        )
        browser.get(address)
    return Answer(times, len(write), len(read), size / 1024)


def _addresses() -> dict[str, str]:
    """Return an address for every page, and for the questions that lists are asked most."""
    from django.urls import reverse

    from config.dashboard.urls import PAGES

    found = {"index": reverse("admin:index")}
    for name, arguments in _arguments().items():
        found[name] = reverse(f"admin:{name}", kwargs=arguments)
    missing = {page.name for page in PAGES.values()} - found.keys()
    assert not missing - {"orders_export"}, f"no address for {missing}"
    for page, questions in _QUESTIONS.items():
        found |= {f"{page}?{question}": f"{found[page]}?{question}" for question in questions}
    return found | {f"{page} of users": reverse(f"admin:auth_{page}_changelist") for page in ("user", "group")}


_QUESTIONS = {
    "orders": (
        "q=marmalade", "q=sku-01234", "status=cancelled", "country=Germany&status=placed", "sort_by=total&currency=GBP",
        "created_from=2026-01-01",
    ),
    "events": ("type=OrderCancelled", "actor=workload", "actor=nobody", "since=2026-01-01T00:00"),
    "customers": ("id=customer-0001", "sort=value&currency=GBP"),
    "sales": tuple(f"first=2026-01-01&last=2026-01-31&by={by}" for by in ("day", "country", "product")),
}  # fmt: skip


def _arguments() -> dict[str, dict[str, Any]]:
    from orders_read.models import OrderView
    from orders_write.event_store import head

    order = OrderView.objects.using("read").order_by("created_at").first()
    assert order is not None
    return {
        "orders": {}, "order_new": {}, "order": {"order_id": order.order_id}, "events": {},
        "event": {"position": head() // 2}, "customers": {}, "customer": {"customer_id": order.customer_id},
        "sales": {}, "projections": {}, "projection": {"projection": "order_views"}, "tokens": {}, "token_new": {},
        "audit": {},
    }  # fmt: skip


if __name__ == "__main__":
    main(tuple(int(given) for given in sys.argv[1:]) or SIZES)
