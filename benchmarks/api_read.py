"""How many `GET /api/orders/{id}` a second one web process answers, with authentication, against the usual ways.

`.venv/bin/python -m benchmarks.api_read [requests]`. 4 connections, one process each; many short rounds that alternate,
because a machine that others use too changes within seconds. FastAPI takes part when FAST_API_PYTHON names a Python
that has fastapi, uvicorn[standard] and asyncpg.
"""

import hashlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import databases, http_load, table, web

ROUNDS, ORDERS, WARM_UP = 15, 1_000, 50
OURS, PLAIN = "GET /api/orders/{id}", "plain DRF serializer view"
CONSTANT, FAST = "Django view returning a constant", "FastAPI + asyncpg"


def main(requests: int) -> None:
    """Measure and print."""
    with databases.fresh(), tempfile.TemporaryDirectory() as folder:
        paths = _orders()
        started: list[Any] = []
        fast = _fast_api(Path(folder))
        try:
            ours, plain = (web.server(Path(folder), started, name) for name in ("config.wsgi", "benchmarks.plain_view"))
            contenders: dict[str, Callable[[], float]] = {
                PLAIN: partial(_rate, plain.port, paths, plain.headers, requests),
                CONSTANT: partial(_rate, plain.port, ["/constant"], {}, requests),
                OURS: partial(_rate, ours.port, paths, ours.headers, requests),
            }
            if fast:
                contenders[FAST] = partial(_rate, fast[0], paths, ours.headers, requests)
            figures = table.alternating(contenders, ROUNDS)
            table.show("one order, 4 connections, one web process", "req/s", figures, PLAIN, note=_note(figures))
        finally:
            for service in started:
                service.stop()
            if fast:
                fast[1].terminate()
                fast[1].wait(10)


def _note(figures: table.Rounds) -> str:
    reached = f"{table.ratio_to(figures, OURS, PLAIN):.2f} x the plain DRF view (target: at least 2.2 x)"
    if FAST in figures:
        reached += f"; {table.ratio_to(figures, OURS, FAST):.2f} x FastAPI (target: at least 0.4 x)"
    return reached


def _rate(port: int, paths: list[str], headers: dict[str, str], requests: int) -> float:
    http_load.get(port, paths, headers, WARM_UP)
    return http_load.get(port, paths, headers, requests).rate


def _orders() -> list[str]:
    """Post orders of the common workload; return the addresses of some."""
    from benchmarks import workload
    from orders_read.models import OrderView
    from projections.catch_up import catch_up
    from projections.registry import named

    workload.write(ORDERS * workload.EVENTS_PER_ORDER)
    catch_up(named(["order_views"])[0], seconds=600)
    databases.settle("read")
    ids = OrderView.objects.using("read").order_by("?").values_list("order_id", flat=True)[:500]
    return [f"/api/orders/{order_id}" for order_id in ids]


def _fast_api(folder: Path) -> tuple[int, subprocess.Popen[bytes]] | None:
    python = os.environ.get("FAST_API_PYTHON")
    if not python:
        print(f"\n{FAST} is left out: set FAST_API_PYTHON (see benchmarks/fast_api.py)")
        return None
    from django.db import connections

    from tests.e2e.service import _free_port, eventually
    from tests.tokens import token

    found, port = connections["read"].settings_dict, _free_port()
    dsn = f"postgresql://{found['USER']}@/{found['NAME']}?host={found['HOST']}&port={found['PORT'] or 5432}"
    digest = hashlib.sha256(token("tests").encode()).hexdigest()
    with (folder / "fast_api.log").open("wb") as output:
        process = subprocess.Popen(
            [python, "-m", "uvicorn", "benchmarks.fast_api:app", "--port", str(port), "--no-access-log"],
            env=os.environ | {"READ_DSN": dsn, "TOKEN_DIGEST": digest}, stdout=output, stderr=output,
        )  # fmt: skip
    eventually(partial(_listens, port), "FastAPI answers")
    return port, process


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
