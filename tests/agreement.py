"""What must hold between read models that were folded from one log, each question asked of two of them in SQL."""

from django.db import connections


def _sum(key: str, column: str, kind: str | None = None) -> str:
    """Return the SQL of the sum over a JSON column's entries, all of them or those of one kind."""
    which = f" where entry->>'kind' = '{kind}'" if kind else ""
    return f"(select coalesce(sum((entry->>'{key}')::numeric), 0) from jsonb_array_elements({column}) as entry{which})"


IS_OFF = "order_status in ('cancelled', 'expired')"
COUNTED = (
    "('OrderCreated', 'OrderItemAdded', 'ItemQuantityChanged', 'OrderItemRemoved', 'DiscountApplied', "
    "'ShippingFeeSet', 'OrderCancelled', 'OrderExpired', 'ItemsReturned', 'RefundIssued')"
)
DAY = "day, currency, orders, cancelled_orders, returned_units, gross, cancelled, refunded"
SOMETHING = "(orders, cancelled_orders, returned_units, gross, cancelled, refunded) <> (0, 0, 0, 0, 0, 0)"
AGREED = {
    "every event of an order is in its timeline": (
        "select order_id, version, created_at, updated_at from order_views",
        "select order_id, max(version), min(occurred_at), max(occurred_at) from order_timeline group by 1",
    ),
    "an order's amounts are those of its lines and payments": (
        "select order_id, subtotal, total, captured, refunded from order_views",
        f"select order_id, {_sum('total', 'items')}, subtotal - discount + shipping_fee, "
        f"{_sum('amount', 'payments', 'capture')}, {_sum('amount', 'payments', 'refund')} from order_views",
    ),
    "a line is fulfilled as often as its fulfillments say": (
        "select order_id, (item->>'line')::int, (item->>'fulfilled')::int from order_views, "
        "jsonb_array_elements(items) as item where (item->>'fulfilled')::int <> 0",
        "select order_id, (units->>'line')::int, sum((units->>'quantity')::int) from order_views, "
        "jsonb_array_elements(fulfillments) as one, jsonb_array_elements(one->'items') as units "
        "where one->>'status' <> 'cancelled' group by 1, 2",
    ),
    "customers have ordered what their orders say": (
        "select customer_id, currency, orders, open_orders, cancelled_orders, expired_orders, lifetime_value, "
        "refunded, first_order_at, last_order_at from customer_summaries",
        "select customer_id, currency, count(*), "
        "count(*) filter (where order_status in ('draft', 'placed', 'confirmed')), "
        "count(*) filter (where order_status = 'cancelled'), count(*) filter (where order_status = 'expired'), "
        f"sum(case when {IS_OFF} then 0 else total - refunded end), sum(refunded), min(created_at), max(created_at) "
        "from order_views where customer_id is not null group by 1, 2",
    ),
    "days add up to the orders": (
        "select currency, country, sum(orders), sum(cancelled_orders), sum(units), sum(returned_units), sum(gross), "
        "sum(cancelled), sum(expired), sum(refunded), sum(net) from daily_sales group by 1, 2 "
        "having (sum(orders), sum(units), sum(gross), sum(net)) <> (0, 0, 0, 0)",
        "select currency, country, count(*), count(*) filter (where order_status = 'cancelled'), sum(unit_count), "
        f"sum({_sum('returned', 'items')}), sum(total), "
        f"coalesce(sum(total - refunded) filter (where {IS_OFF}), 0), "
        "coalesce(sum(total - refunded) filter (where order_status = 'expired'), 0), sum(refunded), "
        f"coalesce(sum(total - refunded) filter (where not {IS_OFF}), 0) from order_views group by 1, 2",
    ),
    "each day has the events of that day": (
        "select * from (select day, currency, sum(orders), sum(cancelled_orders), sum(returned_units), sum(gross), "
        f"sum(cancelled), sum(refunded) from daily_sales group by 1, 2) as days({DAY}) where {SOMETHING}",
        "select * from (select (occurred_at at time zone 'UTC')::date, data->>'currency', "
        "count(*) filter (where event_type = 'OrderCreated'), count(*) filter (where event_type = 'OrderCancelled'), "
        "sum(case event_type when 'ItemsReturned' then (data->>'units')::int else 0 end), "
        "sum(case event_type when 'OrderCreated' then (data->>'total')::numeric else "
        "coalesce((data->>'total_change')::numeric, 0) end), sum(coalesce((data->>'worth')::numeric, 0)), "
        "sum(case event_type when 'RefundIssued' then (data->>'amount')::numeric else 0 end) "
        f"from order_timeline where event_type in {COUNTED} group by 1, 2) as days({DAY}) where {SOMETHING}",
    ),
    "orders wait for the end that their states allow": (
        "select order_id, version, order_status, payment_status, fulfillment_status, total, awaits, since is null, "
        "event_id is null, correlation_id is null from order_deadlines",
        "select order_id, version, order_status, payment_status, fulfillment_status, total, may, may = '', may = '', "
        "may = '' from (select *, case when order_status in ('draft', 'placed') then 'expire' "
        "when order_status = 'confirmed' and fulfillment_status in ('delivered', 'partly_returned', 'returned') "
        "and (captured >= total or refunded > 0) then 'close' else '' end as may from order_views) as orders",
    ),
    "an order has waited since the event that its row names": (
        "select order_id, since, correlation_id from order_deadlines where awaits <> ''",
        "select distinct on (order_id) order_id, recorded_at, told.correlation_id from order_timeline as told "
        "join order_deadlines using (order_id) where awaits <> '' and data ?| "
        "array['order_status', 'payment_status', 'fulfillment_status'] order by order_id, told.version desc",
    ),
    "products were sold on the orders that were not called off": (
        "select product_id, currency, sum(units) as units, sum(revenue), sum(orders) from product_sales "
        "group by 1, 2 having sum(orders) <> 0",
        "select item->>'product_id', currency, sum((item->>'quantity')::int), sum((item->>'total')::numeric), "
        f"count(distinct order_id) from order_views, jsonb_array_elements(items) as item where not {IS_OFF} "
        "group by 1, 2",
    ),
    "products make up what orders are worth before their discounts and shipping": (
        "select currency, sum(revenue) from product_sales group by 1",
        f"select currency, coalesce(sum(subtotal) filter (where not {IS_OFF}), 0) from order_views group by 1",
    ),
}


def disagreements() -> dict[str, list[tuple[object, ...]]]:
    """Return the rows that only one side of an agreement gives, by its sentence; empty when all hold."""
    found = {}
    with connections["read"].cursor() as cursor:
        for sentence, (one, other) in AGREED.items():
            cursor.execute(f"(({one}) except ({other})) union all (({other}) except ({one})) limit 10")
            if rows := cursor.fetchall():
                found[sentence] = rows
    return found
