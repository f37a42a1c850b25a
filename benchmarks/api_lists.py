"""How long each documented list and search takes over HTTP with many orders, against the same with few.

`.venv/bin/python -m benchmarks.api_lists [many] [few]`: orders, 1,000,000 and 10,000 unless named. They are copies of
some of the common workload, each of its own time, customer, states and words. One web process, one connection; the two
tables take turns, so that a drifting machine slows both alike. Filling takes minutes.
"""

import random
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import databases, http_load, table, web

TARGET, ROUNDS, ASKED, WARM_UP, OPEN, TEMPLATES = 1.5, 6, 10, 2, 2_000, 250
# Whatever is asked for, a full page of it is there among 10,000 orders already: answers of one size are compared.
_COLUMNS_OF_COPIES = {
    "order_id": "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid",
    "customer_id": "'customer-' || lpad((n * 7919 %% %(customers)s)::text, 6, '0')",
    "status": """case when n <= 10000 and n %% 400 = 11 then 'expired' when n %% 200 = 7 then 'on_hold'
        when n %% 3 = 0 then 'paid' else 'closed' end""",
    "order_status": "case when n %% 3 = 0 then 'confirmed' else 'closed' end",
    "payment_status": "case when n %% 10 = 0 then 'refunded' else 'captured' end",
    "fulfillment_status": "case when n %% 200 = 7 then 'on_hold' else 'delivered' end",
    "country": "case when n %% 200 = 3 then 'Bahrain' else country end",
    "created_at": "'2020-01-01Z'::timestamptz + n * interval '1 minute'",
    "updated_at": "'2020-01-01Z'::timestamptz + (n + n * 7919 %% 10007) * interval '1 minute'",
    "total": "total + n %% 9973",
    "search_text": """search_text || ' ref' || n || case when n %% 200 = 9 then ' dented' else '' end
        || case when n <= 10000 and n %% 400 = 11 then ' obsolete' else '' end""",
}
_WORDS = ("tea", "marmalade", "glazed", "honey", "Leeds", "Germany", "organic+stoneware", "Mill+Lane")
_FILTERS = {
    "everything": "",
    "a status that few have": "status=expired",
    "a rare status": "status=on_hold",
    "a common status": "status=closed",
    "a payment status": "payment_status=refunded",
    "a country": "country=Bahrain",
    "two states and a country": "order_status=confirmed&payment_status=refunded&country=France",
    "a state and a currency": "status=paid&currency=EUR",
}
_INDEXES = (
    "select indexname, indexdef from pg_indexes where schemaname = 'public' and tablename = 'order_views'"
    " and indexname <> 'order_views_pkey'"
)
_STEP = 10_000


def main(many: int, few: int) -> None:
    """Measure and print."""
    with databases.fresh(), tempfile.TemporaryDirectory() as folder:
        _templates()
        for orders in (few, many):
            print(f"filled with {orders:,} orders in {table.seconds(partial(_fill, orders)):.0f} s")
        started: list[Any] = []
        try:
            service = web.server(Path(folder), started, "config.wsgi")
            taken = _measured(service, (few, many))
        finally:
            for one in started:
                one.stop()
        _show(taken[few], taken[many], (few, many))


def _templates() -> None:
    from benchmarks import workload
    from projections.catch_up import catch_up
    from projections.registry import named

    workload.write(OPEN * workload.EVENTS_PER_ORDER)
    catch_up(named(["order_views"])[0], seconds=600)
    with _owner() as owner:
        owner.execute(
            "create table templates as select *, row_number() over () - 1 as place from order_views"
            f" where item_count > 3 order by order_id limit {TEMPLATES}"
        )
        owner.execute("truncate order_views")
    _put_aside("blank")


def _measured(service: Any, sizes: tuple[int, ...]) -> dict[int, dict[str, list[float]]]:
    """Return how long the answers to each kind of question took, by how many orders there are."""
    kinds = {orders: _kinds(orders) for orders in sizes}
    taken: dict[int, dict[str, list[float]]] = {orders: {kind: [] for kind in kinds[orders]} for orders in sizes}
    for number in range(ROUNDS):
        for orders in sizes:
            with _live(orders):
                for kind, paths in kinds[orders].items():
                    taken[orders][kind] += _asked(service, paths[number * ASKED % len(paths) :])
    return taken


def _asked(service: Any, paths: list[str]) -> list[float]:
    http_load.get(service.port, paths, service.headers, WARM_UP, connections=1)
    return http_load.get(service.port, paths, service.headers, ASKED, connections=1).seconds


@contextmanager
def _live(orders: int) -> Iterator[None]:
    """Let the table with so many orders be the one that is asked."""
    with _owner() as owner:
        owner.execute(f"alter table with_{orders}.order_views set schema public")
        yield
        owner.execute(f"alter table order_views set schema with_{orders}")


def _fill(orders: int) -> None:
    """Copy so many orders, in two processes, and index them afterwards: one by one takes an hour; put them aside."""
    from orders_read.models import OrderView
    from projections.rows import columns

    names = columns(OrderView)
    values = ", ".join(_COLUMNS_OF_COPIES.get(name, name) for name in names)
    statement = (
        f"insert into order_views ({', '.join(names)}) select {values} from"
        f" generate_series(%(first)s::bigint, %(last)s) as n join templates on place = n %% {TEMPLATES}"
    )
    _as_application("create table order_views (like blank.order_views including all)")
    with _owner() as owner:
        indexes = owner.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            owner.execute(f"drop index {name}")
        databases.in_processes(_insert, [(statement, part, orders) for part in (0, 1)], timeout=3_600)
        owner.execute("set maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            owner.execute(definition)
    databases.settle("read")
    _put_aside(f"with_{orders}")


def _put_aside(schema: str) -> None:
    _as_application(f"create schema {schema}", f"alter table order_views set schema {schema}")


def _as_application(*statements: str) -> None:
    """Carry out statements as the role whose tables these are."""
    from django.db import connections

    with connections["read"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _insert(barrier: Any, statement: str, part: int, orders: int) -> None:
    with _owner() as owner:
        barrier.wait()
        for first in range(1 + part * _STEP, orders + 1, 2 * _STEP):
            last = min(orders, first + _STEP - 1)
            owner.execute(statement, {"first": first, "last": last, "customers": max(1, orders // 40)})


def _owner() -> Any:
    from tests.databases import owner_connection

    return owner_connection("read")


def _kinds(orders: int) -> dict[str, list[str]]:
    """Return the addresses of each kind of question; those of something rare name some that there are."""
    chance = random.Random(7)
    numbers = [chance.randint(1, orders) for _ in range(ROUNDS * ASKED)]
    return {kind: [f"/api/{path}" for path in paths] for kind, paths in _questions(numbers, chance, orders)}


def _questions(numbers: list[int], chance: random.Random, orders: int) -> Iterator[tuple[str, list[str]]]:
    customers = [f"customer-{number * 7919 % max(1, orders // 40):06}" for number in numbers]
    skus = _products()
    middle = f"created_to={_time(orders // 2)}"
    for name, asked in _FILTERS.items():
        yield f"list, {name}", [f"orders?{asked}"]
        yield f"list, {name}, by cursor from the middle", [f"orders?{asked}&{middle}&cursor=*"]
    yield "list, by updated_at, a state", ["orders?sort_by=updated_at&payment_status=refunded"]
    yield "list, by total, a currency and a limit", ["orders?sort_by=total&currency=GBP&total_max=20000"]
    yield "list, page 500", ["orders?page=500"]
    yield "list, a customer", [f"orders?customer_id={one}" for one in customers]
    yield "a customer's orders", [f"customers/{one}/orders" for one in customers]
    yield "list, a product", [f"orders?product_id={one}" for one in skus]
    yield "list, a product, by cursor", [f"orders?product_id={one}&cursor=*" for one in skus]
    for how in ("", "&sort_by=relevance", "&cursor=*", "&sort_by=total"):
        yield f"search, common words{how}", [f"orders/search?q={word}{how}" for word in _WORDS]
        yield f"search, a product{how}", [f"orders/search?q={one}{how}" for one in skus]
        yield f"search, one order's word{how}", [f"orders/search?q=ref{number}{how}" for number in numbers]
        yield f"search, a rare word{how}", [f"orders/search?q=dented{how}"]
        yield f"search, a word that few have{how}", [f"orders/search?q=obsolete{how}"]
    yield "search, the beginning of a word", ["orders/search?q=marma*", "orders/search?q=sku-0123*"]


def _products() -> list[str]:
    """Return products that one in TEMPLATES of the orders has, or a few more."""
    with _owner() as owner:
        found = owner.execute(
            "select product_ids[1] from templates order by place limit %s", [ROUNDS * ASKED]
        ).fetchall()
    return [product for (product,) in found]


def _time(minutes: int) -> str:
    return f"{datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def _show(few: dict[str, list[float]], many: dict[str, list[float]], sizes: tuple[int, int]) -> None:
    print(f"\nlists and searches over HTTP, p50 in ms with {sizes[0]:,} and with {sizes[1]:,} orders")
    for kind in few:
        before, after = (1000 * statistics.median(taken[kind]) for taken in (few, many))
        worst = 1000 * table.percentile(many[kind], 95)
        print(f"  {kind:<52} {before:>7.2f} {after:>7.2f} {after / before:>6.2f} x   p95 {worst:.1f}")
    print(f"  target: at most {TARGET} x for each")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given or [1_000_000]), *([10_000] if len(given) < 2 else []))
