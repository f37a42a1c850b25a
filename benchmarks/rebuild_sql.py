"""The fold of `order_views` as one SQL statement, over a copy of the log inside the read database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import databases, table

BUILDING = "building_order_views.order_views"
_TABLE = """
    create table copied_events (
        position bigint, stream_id uuid, version int, event_type text, schema_version smallint, data jsonb,
        metadata jsonb, recorded_at timestamptz, primary key (stream_id, version)
    )
"""
_COLUMNS = """order_id, customer_id, reference, status, order_status, payment_status, fulfillment_status, currency,
    items, product_ids, subtotal, discount, shipping_fee, total, authorised, captured, refunded, payments, fulfillments,
    notes, item_count, unit_count, shipping_address, country, cancel_reason, hold_reason, created_at, updated_at,
    version, search_text"""
_ADDRESS = ("country", "recipient", "line1", "line2", "city", "region", "postal_code")
_FOLD = f"""
    insert into {BUILDING} ({_COLUMNS})
    with lines as (
        select stream_id,
            jsonb_agg(jsonb_build_object(
                'line', line->'line', 'product_id', line->'product_id', 'name', line->'name',
                'quantity', line->'quantity', 'unit_price', line->'unit_price',
                'discount', '0', 'total', ((line->>'unit_price')::numeric * (line->>'quantity')::int)::text,
                'fulfilled', 0, 'returned', 0
            ) order by version, place) as items,
            array_agg(distinct (line->>'product_id') collate "C") as product_ids,
            count(*) as item_count,
            sum((line->>'quantity')::bigint) as unit_count,
            string_agg(concat_ws(' ', line->>'product_id', line->>'name',
                case when line->>'name' like '%/%' then replace(line->>'name', '/', ' ') end
            ), ' ' order by version, place) as words
        from copied_events cross join jsonb_array_elements(case event_type
            when 'OrderCreated' then data->'lines'
            when 'OrderItemAdded' then jsonb_build_array(data->'line') end
        ) with ordinality as line (line, place)
        where event_type in ('OrderCreated', 'OrderItemAdded')
        group by stream_id
    ), orders as (
        select stream_id, max(version) as version,
            max((metadata->>'occurred_at')::timestamptz) as updated_at,
            max(data->>'reason') filter (where event_type = 'OrderCancelled') as cancel_reason,
            ((array_agg(data->>'total' order by version desc)
                filter (where event_type <> 'OrderCancelled'))[1])::numeric as total
        from copied_events group by stream_id
    )
    select stream_id, first.data->>'customer_id', first.data->>'reference',
        case when cancel_reason is null then 'placed' else 'cancelled' end,
        case when cancel_reason is null then 'placed' else 'cancelled' end, 'none', 'unfulfilled',
        first.data->>'currency', items, product_ids, total, 0, 0, total, 0, 0, 0, '[]', '[]', '[]', item_count,
        unit_count, first.data->'shipping_address', first.data->'shipping_address'->>'country',
        coalesce(cancel_reason, ''), '',
        (first.metadata->>'occurred_at')::timestamptz, updated_at, orders.version,
        concat_ws(' ', nullif(first.data->>'reference', ''), nullif(first.data->>'customer_id', ''),
            {", ".join(f"nullif(first.data->'shipping_address'->>'{part}', '')" for part in _ADDRESS)}, words)
    from orders join lines using (stream_id) join copied_events as first using (stream_id)
    where first.version = 1
"""
_DIFFERENT = f"""
    select count(*) from (
        (select {_COLUMNS} from {BUILDING} except select {_COLUMNS} from public.order_views) union all
        (select {_COLUMNS} from public.order_views except select {_COLUMNS} from {BUILDING})
    ) as different
"""


def copy_events(out: str) -> None:
    """Copy the log, as a COPY of the write database gives it, into the read database."""
    from tests.databases import owner_connection

    with owner_connection("default") as write, owner_connection("read") as read:
        read.execute(_TABLE)
        with write.cursor().copy(out) as source, read.cursor().copy("copy copied_events from stdin") as target:
            for block in source:
                target.write(block)
    databases.settle("read")


@contextmanager
def built() -> Iterator[Callable[[], None]]:
    """Make the empty table that a rebuild makes; give what makes its indexes, and drop it at the end."""
    from projections import generations
    from projections.registry import named

    (projector,) = named(["order_views"])
    generations.create(projector)
    try:
        yield lambda: generations.add_indexes(projector)
    finally:
        generations.discard(projector)


def seconds() -> float:
    """Return how long the statement and the indexes take; the rows must be those of the live table."""
    databases.settle()
    with built() as finish:
        took = table.seconds(lambda: _fold(finish))
        _check()
        return took


def _fold(finish: Callable[[], None]) -> None:
    from tests.databases import owner_connection

    with owner_connection("read") as owner:
        owner.execute("set work_mem = '256MB'")
        owner.execute(_FOLD)
    finish()


def _check() -> None:
    from tests.databases import owner_connection

    with owner_connection("read") as owner:
        row = owner.execute(_DIFFERENT).fetchone()
    assert row == (0,), f"{row} rows differ from those of the projector"
