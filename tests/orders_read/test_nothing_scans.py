"""Every documented question, on 200,000 orders: an index or a bound, as PostgreSQL's own plans say."""

from collections.abc import Iterator
from typing import Any

import pytest

from orders_read import finding, reading
from tests import tokens
from tests.databases import owner_connection

ORDERS = 200_000
MOST_ROWS = 12_000

# A rare word, product, customer, country and state, and common ones; created one a minute, changed later.
_FILL = """
    insert into order_views (
        order_id, customer_id, status, order_status, payment_status, fulfillment_status, currency, items, payments,
        fulfillments, notes, product_ids, subtotal, discount, shipping_fee, total, authorised, captured, refunded,
        item_count, unit_count, shipping_address, country, cancel_reason, hold_reason, created_at, updated_at, version,
        search_text
    )
    select
        ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
        'customer-' || case when n % 4 = 0 then 0 else n % 20011 end,
        case when n % 5000 = 7 then 'on_hold' when n % 3 = 0 then 'paid' else 'closed' end,
        case when n % 3 = 0 then 'confirmed' else 'closed' end,
        case when n % 10 = 0 then 'refunded' else 'captured' end,
        case when n % 5000 = 7 then 'on_hold' else 'delivered' end,
        case when n % 9 = 1 then 'EUR' else 'GBP' end, '[]', '[]', '[]', '[]',
        array['tea', 'sku-' || n % 500, 'rare-' || n % 50021], n % 9973, 0, 0, n % 9973, 0, 0, 0, 1, 1,
        jsonb_build_object('country', 'Elsewhere'),
        case when n % 1000 = 3 then 'Bahrain' when n % 2 = 0 then 'Japan' else 'EIRE' end, '', '',
        '2020-01-01Z'::timestamptz + n * interval '1 minute',
        '2020-01-01Z'::timestamptz + (n + n * 7919 % 10007) * interval '1 minute', 1,
        'tea sku-' || n % 500 || ' rare' || n % 50021
    from generate_series(1, %s) as n
"""
_DEEP = "2020-03-01T00:00:00Z"
LISTS = [
    "", "page=500", "status=on_hold", "status=closed", "order_status=confirmed", "payment_status=refunded",
    "fulfillment_status=on_hold", "fulfillment_status=delivered", "country=Bahrain", "country=Japan",
    "customer_id=customer-0", "customer_id=customer-77", "customer_id=nobody", "product_id=tea", "product_id=sku-77",
    "product_id=rare-77", "product_id=none", "currency=EUR", f"created_to={_DEEP}",
    f"created_from=2020-02-01T00:00:00Z&created_to={_DEEP}", "currency=GBP&total_min=5000&total_max=5001",
    "status=on_hold&country=Japan", "status=paid&payment_status=refunded&country=EIRE",
    "status=on_hold&payment_status=refunded", "customer_id=customer-0&status=on_hold", "product_id=tea&status=on_hold",
    "product_id=sku-77&country=Bahrain", f"country=Japan&created_to={_DEEP}", f"product_id=sku-77&created_to={_DEEP}",
]  # fmt: skip
SORTS = [
    "",
    "sort_order=asc",
    "sort_by=updated_at",
    "sort_by=total&currency=GBP",
    "cursor=*",
    "cursor=*&sort_order=asc",
]
SEARCHES = [
    "q=tea", "q=sku-77", "q=rare77", "q=nowhere", "q=tea+sku-77", "q=rare7*", "q=tea&country=Bahrain", "q=tea+-sku-77",
    "q=sku-77&status=on_hold", "q=rare77+or+sku-77", "q=tea&customer_id=customer-77", "q=sku*",
]  # fmt: skip
FOUND = ["", "sort_order=asc", "sort_by=relevance", "sort_by=total", "cursor=*", "cursor=*&sort_by=relevance"]


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The orders, indexed after they were written; removed at the end."""
    with django_db_blocker.unblock(), owner_connection("read") as owner:
        indexes = owner.execute(
            "select indexname, indexdef from pg_indexes where tablename = 'order_views' and schemaname = 'public'"
            " and indexname <> 'order_views_pkey'"
        ).fetchall()
        for name, _ in indexes:
            owner.execute(f"drop index {name}")
        owner.execute("truncate order_views")
        owner.execute(_FILL.replace("n % ", "n %% ").replace(" % 10007", " %% 10007"), [ORDERS])
        owner.execute("set maintenance_work_mem = '256MB'")
        for _, statement in indexes:
            owner.execute(statement)
        owner.execute("vacuum (analyze) order_views")
        yield
        owner.execute("truncate order_views")


@pytest.fixture
def api(shop: None) -> Any:
    """A client that leaves the orders where they are."""
    return tokens.client(tokens.token())


@pytest.fixture
def plans(shop: None, api: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The plan of every statement that is asked of the orders from now on, as it was carried out."""
    plans: list[Any] = []
    fetch = reading.fetch

    def explained(source: str, statement: str, values: Any, **options: Any) -> Any:
        if "order_views" in statement and not statement.startswith("explain"):
            [(plan,)] = fetch(source, f"explain (analyze, timing off, format json) {statement}", values)
            plans.append((statement, plan[0]["Plan"]))
        return fetch(source, statement, values, **options)

    monkeypatch.setattr(reading, "fetch", explained)
    return plans


def _nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def _rows(node: Any) -> float:
    removed = sum(node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
    return float((node["Actual Rows"] + removed) * node["Actual Loops"])


def _scans(plan: Any) -> str:
    return "\n".join(
        f"{node['Node Type']} {node.get('Index Name', '')}: {_rows(node):,.0f} rows"
        for node in _nodes(plan)
        if "Scan" in node["Node Type"]
    )


def _check(plans: list[Any], question: str, most: int = MOST_ROWS) -> None:
    assert plans, question
    for statement, plan in plans:
        scans = [node for node in _nodes(plan) if "Scan" in node["Node Type"] and node["Node Type"] != "Subquery Scan"]
        assert not any(node["Node Type"] == "Seq Scan" for node in scans), f"{question}\n{statement}\n{_scans(plan)}"
        touched = sum(_rows(node) for node in scans if node["Node Type"] != "Bitmap Index Scan")
        assert touched <= most, f"{question}\n{statement}\n{_scans(plan)}"
    plans.clear()


def _ask(api: Any, plans: list[Any], path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 200, (path, answer.content)
    _check(plans, path)


@pytest.mark.parametrize("sort", SORTS)
def test_lists(api, plans, sort):
    for asked in LISTS:
        if ("page=" in asked and "cursor" in sort) or ("currency=" in asked and "currency=" in sort):
            continue
        _ask(api, plans, f"/api/orders?{asked}&{sort}")


@pytest.mark.parametrize("sort", FOUND)
def test_searches(api, plans, sort):
    for asked in SEARCHES:
        _ask(api, plans, f"/api/orders/search?{asked}&{sort}")


def test_counting(api, plans):
    """Who prefers an exact total has up to 10,000 matches looked at, and those besides that a window may hold."""
    for asked in ("orders/search?q=tea", "orders/search?q=sku-77&sort_by=relevance", "orders?product_id=tea"):
        answer = api.get(f"/api/{asked}", headers={"Prefer": "count=exact"})
        assert answer.json()["total"] > finding.CANDIDATES
        _check(plans, asked, most=4 * finding.WALK)


def test_deep_in_the_list(api, plans):
    """Far down, a page by cursor touches what the first one does."""
    for asked in ("", "country=Japan&", "q=tea&", "product_id=sku-77&"):
        path = f"/api/orders/search?{asked}cursor="
        first = api.get(f"{path}*&sort_order=asc").json()
        _check(plans, path)
        assert first["next"]
        _ask(api, plans, f"{path}{first['next']}&sort_order=asc")


def test_the_last_page_that_has_a_number(api, plans):
    """It is as many entries of an index away as its number says, and touches no other rows."""
    assert len(api.get("/api/orders?page=5000").json()["items"]) == 20
    touched = [sum(map(_rows, _nodes(plan))) for _, plan in plans]
    assert max(touched) < 3 * 100_001
    assert {node["Node Type"] for _, plan in plans for node in _nodes(plan) if "Scan" in node["Node Type"]} <= {
        "Index Only Scan",
        "Index Scan",
        "Subquery Scan",
    }
