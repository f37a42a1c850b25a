"""Event ↔ (type, schema version, JSON): the only place that knows how events are stored, and how old ones are read.

An upcaster turns the JSON object of one schema version of an event type into the next version's; they are chained,
so that every event ever written decodes for ever (law 9).
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from orders_write.domain.events import EVENT_TYPES, Event

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

UNSPECIFIED = "Unspecified"


def _item_added_1_to_2(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"country": UNSPECIFIED}


def _item_added_2_to_3(data: dict[str, Any]) -> dict[str, Any]:
    """Version 2 did not say whether the order had the product already: reports then count it as one order more."""
    return data | {"first_of_product": True}


def _item_added_3_to_4(data: dict[str, Any]) -> dict[str, Any]:
    """Version 3 is from before there were drafts, discounts and shipping fees: the total is that of the lines."""
    line = data["line"]
    worth = str(Decimal(line["unit_price"]) * line["quantity"])
    amounts = {"subtotal": data["total"], "discount": "0", "shipping_fee": "0", "total_change": worth}
    return data | amounts | {"order_status": "placed"}


def _cancelled_1_to_2(data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 did not say what was cancelled: reports by product then keep what was sold."""
    return data | {"country": UNSPECIFIED, "lines": []}


def _cancelled_2_to_3(data: dict[str, Any]) -> dict[str, Any]:
    """Version 2 is from before anything was shipped or refunded."""
    states = {"order_status": "cancelled", "fulfillment_status": "unfulfilled"}
    return data | states | {"restock": True, "worth": data["total"]}


UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    ("OrderItemAdded", 1): _item_added_1_to_2,
    ("OrderItemAdded", 2): _item_added_2_to_3,
    ("OrderItemAdded", 3): _item_added_3_to_4,
    ("OrderCancelled", 1): _cancelled_1_to_2,
    ("OrderCancelled", 2): _cancelled_2_to_3,
}

# Old versions whose JSON says the same in the newest one, because that one only adds what may be left out.
READ_AS_NEWEST = frozenset({("OrderCreated", 1)})

_TYPES = {event_type.__name__: event_type for event_type in EVENT_TYPES}
_DECODERS = {name: msgspec.json.Decoder(newest).decode for name, newest in _TYPES.items()}
_NEWEST = {(name, newest.schema_version): _DECODERS[name] for name, newest in _TYPES.items()} | {
    (name, version): _DECODERS[name] for name, version in READ_AS_NEWEST
}
_ENCODER = msgspec.json.Encoder(decimal_format="string")


class UnknownEventType(Exception):
    """The log holds an event that this release does not know."""

    def __init__(self, event_type: str, schema_version: int) -> None:
        super().__init__(
            f"This release does not know {event_type} version {schema_version}; it was written by a newer one. "
            f"Deploy that release (or one after it) here too."
        )


def encode(event: Event) -> tuple[str, int, str]:
    """Return an event's type name, schema version and JSON text."""
    return type(event).__name__, type(event).schema_version, _ENCODER.encode(event).decode()


def decode(event_type: str, schema_version: int, data: str | bytes) -> Event:
    """Return the event that was stored, brought to its type's newest schema version.

    Raises:
        UnknownEventType: this release knows no such type or version.
        msgspec.DecodeError: the JSON is not that of an event of this type.
    """
    if newest := _NEWEST.get((event_type, schema_version)):
        return newest(data)
    known = _TYPES.get(event_type)
    if known is None:
        raise UnknownEventType(event_type, schema_version)
    return msgspec.convert(_upcast(event_type, schema_version, known.schema_version, msgspec.json.decode(data)), known)


def _upcast(event_type: str, version: int, newest: int, data: dict[str, Any]) -> dict[str, Any]:
    while version != newest:
        upcaster = UPCASTERS.get((event_type, version))
        if upcaster is None:
            raise UnknownEventType(event_type, version)
        data, version = upcaster(data), version + 1
    return data
