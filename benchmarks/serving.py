"""How long queries take while every read model is rebuilt, and whether any answer is wrong, on a real shop's year.

`.venv/bin/python -m benchmarks.serving [FILE]`; the file is an online-retail export (see `manage.py import_orders`).
Clients ask over HTTP at full speed, first in peace, then during `rebuild_projections --all`; each answer is compared
with the one that the same question got before.
"""

import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import databases, table

DATA = Path(__file__).parents[2] / "shared" / "data" / "online_retail.csv.gz"
CLIENTS, PEACE_SECONDS = 2, 20.0
WORDS = ("heart", "lantern holder", "cake stand", "bag", "christmas")


class Client:
    """Asks questions of which the answers are known, until told to stop."""

    def __init__(self, service: Any, known: dict[str, Any], enough: threading.Event) -> None:
        self.service, self.known, self.enough = service, known, enough
        self.seconds: list[float] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        """Ask, over one connection."""
        chance, questions = random.Random(id(self)), list(self.known)
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=15)
        while not self.enough.is_set():
            question = chance.choice(questions)
            began = time.perf_counter()
            answer = _ask(connection, question, self.service.headers)
            self.seconds.append(time.perf_counter() - began)
            if answer != self.known[question]:
                self.wrong.append(f"{question}: {str(answer)[:200]}")
        connection.close()


def _ask(connection: http.client.HTTPConnection, question: str, headers: dict[str, str]) -> Any:
    connection.request("GET", question, headers=headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def _asked_while(service: Any, known: dict[str, Any], work: Callable[[], object]) -> list[Client]:
    enough = threading.Event()
    clients = [Client(service, known, enough) for _ in range(CLIENTS)]
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    try:
        work()
    finally:
        enough.set()
        for thread in threads:
            thread.join()
    return clients


def _questions() -> list[str]:
    from orders_read.models import OrderView

    rows = OrderView.objects.using("read").order_by("?").values_list("order_id", "customer_id")
    orders, customers = [f"/api/orders/{order}" for order, _ in rows[:300]], {c for _, c in rows[:60] if c}
    listed = [f"/api/customers/{customer}/orders" for customer in customers]
    return [*orders, *listed, *(f"/api/orders/search?q={word.replace(' ', '+')}" for word in WORDS)]


def _rebuild(service: Any) -> None:
    from tests.e2e.service import ROOT

    command = [sys.executable, "manage.py", "rebuild_projections", "--all"]
    subprocess.run(command, cwd=ROOT, env=service.environment, check=True)


def _measure(service: Any) -> None:
    from tests.e2e.service import eventually

    eventually(service.is_up, "the web server answers")
    known = {question: service.call("GET", question) for question in _questions()}
    peace = _asked_while(service, known, lambda: time.sleep(PEACE_SECONDS))
    rebuilding = _asked_while(service, known, lambda: _rebuild(service))
    print(f"\nqueries of {CLIENTS} clients at full speed, {len(known)} questions")
    for name, clients in (("in peace", peace), ("during rebuild_projections --all", rebuilding)):
        taken = [1000 * one for client in clients for one in client.seconds]
        wrong = [text for client in clients for text in client.wrong]
        p50, p99 = statistics.median(taken), table.percentile(taken, 99)
        print(f"  {name:<33} {len(taken):>7,} answers, {len(wrong)} of them errors or other rows than before")
        print(f"  {'':<33} p50 {p50:.2f} ms   p99 {p99:.2f} ms   longest {max(taken):.2f} ms")
        if wrong:
            sys.exit("\n".join(wrong[:10]))


def main(path: Path) -> None:
    """Import, measure and print."""
    with databases.fresh(), tempfile.TemporaryDirectory() as folder:
        from django.core.management import call_command

        from projections.catch_up import catch_up
        from projections.registry import PROJECTORS
        from tests.e2e.service import Service

        call_command("import_orders", str(path), "--format", "online-retail", "--rejects", f"{folder}/rejects.csv")
        for projector in PROJECTORS:
            catch_up(projector, seconds=300)
        databases.settle()
        service = Service(Path(folder))
        try:
            service.broker.start()
            service.leave_wake_ups_to_the_poster()
            service.start("web", "worker", "poster", "beat")
            _measure(service)
        finally:
            service.stop()


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    main(given) if given.exists() else print(f"\nserving: {given} is not here; name an online-retail export")
