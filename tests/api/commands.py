"""Every command over HTTP: its address, a body that is right, and what stands in each field of it."""

from typing import Any, NamedTuple

ORDER = "01890a5d-ac96-774b-bcce-b302099a8057"
ITEM = {"product_id": "tea", "name": "Tea", "quantity": 2, "unit_price": "3.50"}
ADDRESS = {"country": "UK", "recipient": "Ada", "city": "Leeds"}
PLACED = {"customer_id": "ada", "currency": "GBP", "items": [ITEM], "shipping_address": ADDRESS, "reference": "web-1"}
UNITS = [{"line": 1, "quantity": 1}]
REASON = {"reason": "rain"}
MONEY = {"amount": "7.00", "reference": "pay-1"}


class Asked(NamedTuple):
    """A request for a command; `needed` are the fields without which it is refused."""

    method: str
    path: str
    body: dict[str, Any]
    needed: tuple[str, ...] = ()


def of_order(method: str, noun: str, body: dict[str, Any], *needed: str) -> Asked:
    """Return a request below the order's address."""
    return Asked(method, f"/api/orders/{ORDER}/{noun}", body, needed)


COMMANDS = {
    "create": Asked("POST", "/api/orders", PLACED | {"draft": False}, ("currency", "items", "shipping_address")),
    "batch": Asked("POST", "/api/orders/batch", {"orders": [PLACED]}, ("orders",)),
    "add an item": of_order("POST", "items", ITEM | {"currency": "GBP"}, *ITEM),
    "change a quantity": of_order("PATCH", "items/1", {"quantity": 3}, "quantity"),
    "remove an item": of_order("DELETE", "items/1", {}),
    "set the address": of_order("PUT", "shipping-address", ADDRESS, "country"),
    "apply a percentage": of_order("POST", "discounts", {"percent": "10", "line": 1}),
    "apply an amount": of_order("POST", "discounts", {"amount": "1.50"}),
    "set the fee": of_order("PUT", "shipping-fee", {"amount": "4.95"}, "amount"),
    "add a note": of_order("POST", "notes", {"text": "Ring twice."}, "text"),
    "confirm": of_order("POST", "confirmation", {}),
    "authorise": of_order("POST", "payments", MONEY | {"kind": "authorization"}, "kind", *MONEY),
    "capture": of_order("POST", "payments", MONEY | {"kind": "capture"}, "kind", *MONEY),
    "void": of_order("POST", "payments", {"kind": "void", "reference": "pay-1"}, "kind", "reference"),
    "fail": of_order("POST", "payments", MONEY | REASON | {"kind": "failure"}, "kind", "reason", *MONEY),
    "fulfill": of_order("POST", "fulfillments", {"items": UNITS, "carrier": "Owl Post", "tracking": "OP-1"}),
    "track": of_order("PATCH", "fulfillments/1", {"carrier": "Owl", "tracking": "O-2"}, "carrier", "tracking"),
    "cancel a fulfillment": of_order("DELETE", "fulfillments/1", REASON, "reason"),
    "deliver": of_order("POST", "fulfillments/1/delivery", {}),
    "hold": of_order("PUT", "hold", REASON, "reason"),
    "release": of_order("DELETE", "hold", {}),
    "cancel": of_order("POST", "cancellation", REASON | {"restock": False}, "reason"),
    "cancel by DELETE": Asked("DELETE", f"/api/orders/{ORDER}", REASON, ("reason",)),
    "expire": of_order("POST", "expiry", {}),
    "close": of_order("POST", "closure", {}),
    "return": of_order("POST", "returns", {"items": UNITS} | REASON, "items", "reason"),
    "refund": of_order("POST", "refunds", MONEY | REASON, "reason", *MONEY),
}
