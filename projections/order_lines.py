"""How an order's lines stand in its row of `order_views`, and what it is counted and found by."""

from bisect import insort
from collections.abc import Iterable
from typing import Any

import msgspec

from orders_write.domain.values import Address, LineQuantity, OrderLine
from projections.projector import Row


def item(line: OrderLine) -> dict[str, Any]:
    """Return a line's entry."""
    return {
        "line": line.line,
        "product_id": line.product_id,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": str(line.unit_price),
        "discount": str(line.discount),
        "total": str(line.total),
        "fulfilled": 0,
        "returned": 0,
    }


def append(row: Row, line: OrderLine) -> None:
    """Put a line after the others."""
    row["items"].append(item(line))
    row["item_count"] += 1
    row["unit_count"] += line.quantity
    row["search_text"] += f" {words(line.product_id, line.name)}"
    if line.product_id not in row["product_ids"]:
        insort(row["product_ids"], line.product_id)


def remove(row: Row, line: OrderLine) -> None:
    """Take a line away."""
    row["items"] = [found for found in row["items"] if found["line"] != line.line]
    row["unit_count"] -= line.quantity
    index(row)


def change(row: Row, line: OrderLine) -> None:
    """Put a line in the place of what it was; that is done before confirmation only, when nothing is shipped."""
    row["items"] = [item(line) if found["line"] == line.line else found for found in row["items"]]


def count(row: Row, what: str, items: Iterable[LineQuantity], sign: int) -> None:
    """Add units to what is `fulfilled`, or `returned`, of some lines; or take them off."""
    found = {entry["line"]: entry for entry in row["items"]}
    for units in items:
        found[units.line][what] += sign * units.quantity


def go_to(row: Row, address: Address) -> None:
    """Set where the order goes."""
    row["shipping_address"] = msgspec.to_builtins(address)
    row["country"] = address.country


def index(row: Row) -> None:
    """Set what an order is counted and found by, but for its id: PostgreSQL would take a UUID for seven odd words."""
    items, address = row["items"], row["shipping_address"]
    where = [address.get(part, "") for part in Address.__struct_fields__]
    facts = [row["reference"] or "", row["customer_id"] or "", *where]
    row["search_text"] = " ".join(filter(None, (*facts, *(words(one["product_id"], one["name"]) for one in items))))
    row["product_ids"] = sorted({one["product_id"] for one in items})
    row["item_count"] = len(items)


def words(product_id: str, name: str) -> str:
    """Return what a line is found by; PostgreSQL takes `BLUE/CREAM` for one word, so its parts stand there too."""
    text = f"{product_id} {name}"
    return f"{text} {name.replace('/', ' ')}" if "/" in name else text
