"""How long placing an order over HTTP takes, against a raw INSERT of the same event and an empty DRF view, added.

`.venv/bin/python -m benchmarks.api_write [orders]`. 4 connections, one web process; rounds alternate.
"""

import json
import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

from benchmarks import databases, http_load, table, web

CLIENTS, ROUNDS, TARGET, WARM_UP = 4, 9, 1.6, 100
RAW, EMPTY = "psycopg, one prepared INSERT", "an empty DRF POST view"
POST, KEYED = "POST /api/orders", "POST /api/orders with an Idempotency-Key"


def main(orders: int) -> None:
    """Measure and print."""
    with databases.fresh(), tempfile.TemporaryDirectory() as folder:
        started: list[Any] = []
        try:
            empty, full = (web.server(Path(folder), started, name) for name in ("benchmarks.empty_view", "config.wsgi"))
            contenders = {
                RAW: partial(_inserted, orders),
                EMPTY: partial(_posted, empty, False, orders),
                POST: partial(_posted, full, False, orders),
                KEYED: partial(_posted, full, True, orders),
            }
            _show(table.alternating(contenders, ROUNDS))
        finally:
            for service in started:
                service.stop()


def _show(rates: table.Rounds) -> None:
    table.show(f"placing orders, {CLIENTS} clients", "orders/s", rates, EMPTY)
    for name in (POST, KEYED):
        rounds = zip(rates[name], rates[RAW], rates[EMPTY], strict=True)
        ratio = statistics.median((1 / one) / (1 / raw + 1 / empty) for one, raw, empty in rounds)
        print(f"  {name:<46} takes {ratio:.2f} x the time of both baselines added (target: at most {TARGET} x)")


def _posted(service: Any, keyed: bool, orders: int) -> float:
    """Return the orders per second that a service takes from all connections together."""
    body = json.dumps(_order()).encode()
    keys = [{"Idempotency-Key": str(uuid4())} if keyed else {} for _ in range(WARM_UP + orders)]
    headers = [service.headers | key for key in keys]
    http_load.post(service.port, "/api/orders", body, headers[:WARM_UP], CLIENTS)
    return http_load.post(service.port, "/api/orders", body, headers[WARM_UP:], CLIENTS).rate


def _inserted(orders: int) -> float:
    """Return the events per second of all writers together, from the first one's start to the last one's end."""
    spans = databases.in_processes(_insert, [(orders // CLIENTS,)] * CLIENTS)
    return CLIENTS * (orders // CLIENTS) / (max(end for _, end in spans) - min(start for start, _ in spans))


def _order() -> dict[str, Any]:
    """Return an order of three lines, of the sizes of the common workload."""
    item = {"product_id": "sku-01234", "quantity": 2, "unit_price": "19.99"}
    items = [item | {"name": f"Darjeeling tea, {'first flush hand picked ' * 7}{n}"} for n in range(3)]
    address = {"country": "United Kingdom", "recipient": "Recipient 7 of the Household", "line1": "7 Mill Lane"}
    address |= {"city": "Leeds", "region": "West Riding of Yorkshire", "postal_code": "LS7 4AP"}
    made = {"customer_id": "customer-000007", "currency": "GBP", "reference": "web-0a1b2c"}
    return made | {"items": items, "shipping_address": address}


def _insert(barrier: Any, orders: int) -> tuple[float, float]:
    from benchmarks.append import _raw
    from orders_write.event_store import NewEvent
    from orders_write.ids import new_id

    append, event, metadata = _raw(), *_event()
    for number in range(-WARM_UP, orders):
        if number == 0:
            barrier.wait()
            started = perf_counter()
        append(NewEvent(new_id(), 1, event, metadata))
    return started, perf_counter()


def _event() -> tuple[Any, Any]:
    """Return the event that the order's command leads to, and its metadata."""
    from gate.bodies import checked
    from orders_write.command_bus import Context, _metadata
    from orders_write.domain.order import decide
    from orders_write.views import CreateOrderBody, _create

    (event,) = decide(_create(checked(CreateOrderBody, _order())), None)
    return event, _metadata(Context("bench"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
