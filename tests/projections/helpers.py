"""What tests of projections share: eight partitions, whole tables, whether all is posted, one more event, a bad one."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections

from orders_read.models import Checkpoint
from orders_write.command_bus import Context, dispatch
from orders_write.domain.commands import AddOrderItem
from orders_write.domain.values import Item
from projections import checkpoints
from projections.lag import status
from projections.projector import Projector
from projections.projectors.order_views import OrderViews
from tests.databases import owner_connection

_POISON = """
    insert into events (stream_id, stream_type, version, event_type, schema_version, data, metadata)
    select stream_id, stream_type, %s, 'OrderItemAdded', 4, '{"line": "is not one"}', metadata
    from events where stream_id = %s and version = 1 returning position
"""


class Shared(OrderViews):
    """`order_views`, posted by up to eight workers."""

    partitions = 8


def table(projector: Projector) -> list[dict[str, Any]]:
    """Return all rows of a projection's table, all columns, in the order of their keys."""
    return list(projector.model._default_manager.using("read").order_by("pk").values())


def checkpoint(projector: Projector, **changed: Any) -> Checkpoint:
    """Return a projection's one live checkpoint, after changing it."""
    if changed:
        checkpoints.live(projector).update(**changed)
    return checkpoints.live(projector).get()


def all_posted() -> bool:
    """Tell whether every projection is at the head of the log."""
    return all(one.lag_events == 0 for one in status())


def schemas() -> list[str]:
    """Return the schemas of the read database beside the live one."""
    names = "select nspname from pg_namespace where nspname ~ '^(building|previous|retired)_' order by 1"
    with connections["read"].cursor() as cursor:
        cursor.execute(names)
        return [name for (name,) in cursor.fetchall()]


def indexes(schema: str, name: str) -> dict[str, str]:
    """Return a table's indexes by name."""
    query = "select indexname, indexdef from pg_indexes where schemaname = %s and tablename = %s"
    with connections["read"].cursor() as cursor:
        cursor.execute(query, [schema, name])
        return dict(cursor.fetchall())


def add_jam(order_id: UUID) -> None:
    """Add one more event to an order."""
    dispatch(AddOrderItem(order_id=order_id, item=Item("jam", "Jam", 1, Decimal("2"))), Context("tests"))


def poison(order_id: UUID, *, version: int) -> int:
    """Append an event whose JSON is not that of its type to an order, as a faulty writer would; return its position."""
    with owner_connection("default") as connection:
        row = connection.execute(_POISON, [version, order_id]).fetchone()
    assert row is not None
    return int(row[0])
