"""What must hold between read models that were folded from one log, each question asked of two of them in SQL."""

from django.db import connections

AGREED = {
    "every event of an order is in its timeline": (
        "select order_id, version, created_at, updated_at from order_views",
        "select order_id, max(version), min(occurred_at), max(occurred_at) from order_timeline group by 1",
    ),
    "customers have ordered what their orders say": (
        "select customer_id, currency, orders, open_orders, cancelled_orders, lifetime_value, first_order_at, "
        "last_order_at from customer_summaries",
        "select customer_id, currency, count(*), count(*) filter (where status <> 'cancelled'), "
        "count(*) filter (where status = 'cancelled'), coalesce(sum(total) filter (where status <> 'cancelled'), 0), "
        "min(created_at), max(created_at) from order_views where customer_id is not null group by 1, 2",
    ),
    "days add up to the orders": (
        "select currency, country, sum(orders), sum(cancelled_orders), sum(units), sum(gross), sum(cancelled), sum(net)"
        " from daily_sales group by 1, 2",
        "select currency, country, count(*), count(*) filter (where status = 'cancelled'), sum(unit_count), sum(total),"
        " coalesce(sum(total) filter (where status = 'cancelled'), 0),"
        " coalesce(sum(total) filter (where status <> 'cancelled'), 0) from order_views group by 1, 2",
    ),
    "each day has the events of that day": (
        "select day, currency, sum(orders), sum(cancelled_orders), sum(gross), sum(cancelled) from daily_sales "
        "group by 1, 2",
        "select (occurred_at at time zone 'UTC')::date, data->>'currency', "
        "count(*) filter (where event_type = 'OrderCreated'), count(*) filter (where event_type = 'OrderCancelled'), "
        "sum(case event_type when 'OrderCreated' then (data->>'total')::numeric when 'OrderItemAdded' then "
        "(data->'line'->>'quantity')::int * (data->'line'->>'unit_price')::numeric else 0 end), "
        "sum(case event_type when 'OrderCancelled' then (data->>'total')::numeric else 0 end) "
        "from order_timeline group by 1, 2",
    ),
    "products were sold on the orders that were not cancelled": (
        "select product_id, currency, sum(units) as units, sum(revenue), sum(orders) from product_sales "
        "group by 1, 2 having sum(orders) <> 0",
        "select item->>'product_id', currency, sum((item->>'quantity')::int), sum((item->>'total')::numeric), "
        "count(distinct order_id) from order_views, jsonb_array_elements(items) as item where status <> 'cancelled' "
        "group by 1, 2",
    ),
    "months are the same by product and by day": (
        "select month, currency, sum(revenue) from product_sales group by 1, 2",
        "select date_trunc('month', day)::date, currency, sum(net) from daily_sales group by 1, 2",
    ),
}


def disagreements() -> dict[str, list[tuple[object, ...]]]:
    """Return the rows that only one side of an agreement gives, by its sentence; empty when all hold."""
    found = {}
    with connections["read"].cursor() as cursor:
        for sentence, (one, other) in AGREED.items():
            cursor.execute(f"({one} except {other}) union all ({other} except {one}) limit 10")
            if rows := cursor.fetchall():
                found[sentence] = rows
    return found
