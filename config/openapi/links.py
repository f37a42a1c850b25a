"""What may be asked next: links from an answer to operations, each with what it takes from the answer."""

from collections.abc import Iterable, Mapping
from typing import Any

Link = dict[str, Any]
_THIS = {"order_id": "$response.body#/order_id"}
_LINE = {**_THIS, "line": "$response.body#/line"}
_SHIPMENT = {**_THIS, "fulfillment": "$response.body#/fulfillment"}
_FIRST = {"order_id": "$response.body#/items/0/order_id"}


def _link(operation: str, description: str, parameters: Mapping[str, str] = _THIS) -> Link:
    return {"operationId": operation, "description": description, "parameters": dict(parameters)}


LINKS: Mapping[str, Link] = {
    "getOrder": _link("getOrder", "Read it."),
    "getOrderTimeline": _link("getOrderTimeline", "Read what happened to it."),
    "addOrderItem": _link("addOrderItem", "Put one more line on it."),
    "changeItemQuantity": _link("changeItemQuantity", "Order another number of units.", _LINE),
    "removeOrderItem": _link("removeOrderItem", "Take the line off.", _LINE),
    "applyDiscount": _link("applyDiscount", "Take something off its price."),
    "setShippingFee": _link("setShippingFee", "Charge for shipping."),
    "setShippingAddress": _link("setShippingAddress", "Send it somewhere else."),
    "addNote": _link("addNote", "Write something down about it."),
    "confirmOrder": _link("confirmOrder", "Accept it."),
    "recordPayment": _link("recordPayment", "Record what the gateway has done."),
    "fulfillItems": _link("fulfillItems", "Ship it."),
    "updateTracking": _link("updateTracking", "Say with whom it travels.", _SHIPMENT),
    "markDelivered": _link("markDelivered", "Record that it has arrived.", _SHIPMENT),
    "cancelFulfillment": _link("cancelFulfillment", "Take it back.", _SHIPMENT),
    "holdFulfillment": _link("holdFulfillment", "Let nothing be shipped for now."),
    "releaseHold": _link("releaseHold", "Let it be shipped again."),
    "cancelOrder": _link("cancelOrder", "Call it off."),
    "expireOrder": _link("expireOrder", "Give it up."),
    "returnItems": _link("returnItems", "Take goods back."),
    "issueRefund": _link("issueRefund", "Give money back."),
    "closeOrder": _link("closeOrder", "Put it away."),
    "getFirstOrder": _link("getOrder", "Read the first of them.", _FIRST),
}
READ = ("getOrder", "getOrderTimeline")
ORDER = (
    *READ, "addOrderItem", "applyDiscount", "setShippingFee", "setShippingAddress", "addNote", "confirmOrder",
    "recordPayment", "cancelOrder", "expireOrder",
)  # fmt: skip
LINE = ("changeItemQuantity", "removeOrderItem", "confirmOrder", "getOrder")
CONFIRMED = ("fulfillItems", "recordPayment", "holdFulfillment", "cancelOrder", "getOrder")
PAID = ("recordPayment", "issueRefund", "confirmOrder", "fulfillItems", "getOrder")
SHIPMENT = ("updateTracking", "markDelivered", "cancelFulfillment", "returnItems", "getOrder")
DELIVERED = ("returnItems", "closeOrder", "getOrder")


def to(names: Iterable[str]) -> Link:
    """Return references to links."""
    return {name: {"$ref": f"#/components/links/{name}"} for name in names}
