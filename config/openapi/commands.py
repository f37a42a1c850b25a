"""The commands, by view and method: what each takes, what it answers, and what it is refused with."""

from collections.abc import Mapping
from typing import Any

from rest_framework.views import APIView

from config.openapi import examples, links
from config.openapi.operations import COMMAND_HEADERS, Operation, command, done, found_as, ref
from config.openapi.refusals import of
from orders_write import asking, fulfillment_views, payment_views, serializers, views
from orders_write.domain import commands as asked
from orders_write.serializers import NoBody

Table = Mapping[tuple[type[APIView], str], Operation]

_NEW: dict[str, Any] = {"headers": ("Idempotency-Key", "Correlation-Id")}
_BY_REASON: dict[str, Any] = {
    "query": asking.REASON,
    "needed": ("reason",),
    "headers": COMMAND_HEADERS,
    "more": 'Clients that can send a body with DELETE may say `{"reason": "…"}` there instead.',
}
_NONE = (NoBody,)

COMMANDS: Table = {
    (views.Orders, "POST"): command(
        "createOrder",
        "orders",
        (serializers.CreateOrderBody, serializers.OwnOrderBody),
        done("created", code=201, then=links.ORDER),
        of(asked.CreateOrder),
        more="An operator names the customer, and may choose the id. A customer's order is its own: the body has "
        "neither `customer_id` nor `order_id`.",
        examples={
            "order": examples.NEW_ORDER,
            "draft for a guest": examples.DRAFT,
            "customer's own": examples.OWN_ORDER,
        },
        **_NEW,
    ),
    (views.OrderBatch, "POST"): command(
        "createOrders",
        "orders",
        (serializers.BatchBody,),
        {"200": found_as(ref("BatchResult"), ("Consistency-Token", "Idempotency-Replayed"), "Done.", examples.BATCH)},
        (),
        more="Each is stored, or answered with its problem in its place. A body has at most 8 MB.",
        examples={"one that is right, one that is not": {"orders": [examples.NEW_ORDER, {"customer_id": "ada"}]}},
        **_NEW,
    ),
    (views.OrderItems, "POST"): command(
        "addOrderItem",
        "orders",
        (serializers.AddItemBody,),
        done("item_added", made="line", then=links.LINE),
        of(asked.AddOrderItem),
        more="`currency`, where it is given, must be the order's.",
        examples={"item": examples.ADDED},
    ),
    (views.OrderItem, "PATCH"): command(
        "changeItemQuantity",
        "orders",
        (serializers.QuantityBody,),
        done("quantity_changed", then=links.READ),
        of(asked.ChangeItemQuantity),
        examples={"quantity": {"quantity": 3}},
    ),
    (views.OrderItem, "DELETE"): command(
        "removeOrderItem", "orders", (), done("item_removed", then=links.READ), of(asked.RemoveOrderItem)
    ),
    (views.ShippingAddress, "PUT"): command(
        "setShippingAddress",
        "orders",
        (serializers.AddressBody,),
        done("shipping_address_set", then=links.READ),
        of(asked.SetShippingAddress),
        examples={"address": examples.ADDRESS},
    ),
    (views.Discounts, "POST"): command(
        "applyDiscount",
        "orders",
        (serializers.DiscountBody,),
        done("discount_applied", then=links.READ),
        of(asked.ApplyDiscount),
        more="A line has one discount, and the order has one: giving it again replaces it.",
        examples={"percentage off the order": {"percent": "10"}, "amount off a line": {"amount": "1.50", "line": 1}},
    ),
    (views.ShippingFee, "PUT"): command(
        "setShippingFee",
        "orders",
        (serializers.ShippingFeeBody,),
        done("shipping_fee_set", then=links.READ),
        of(asked.SetShippingFee),
        examples={"fee": {"amount": "4.95"}},
    ),
    (views.Notes, "POST"): command(
        "addNote",
        "orders",
        (serializers.NoteBody,),
        done("note_added", then=links.READ),
        of(asked.AddNote),
        more="Whatever the order's state.",
        examples={"note": {"text": "Ring twice."}},
    ),
    (views.Confirmation, "POST"): command(
        "confirmOrder",
        "orders",
        _NONE,
        done("confirmed", then=links.CONFIRMED),
        of(asked.ConfirmOrder),
        examples={"nothing": {}},
    ),
    (views.Cancellation, "POST"): command(
        "cancelOrder",
        "orders",
        (serializers.CancellationBody,),
        done("cancelled", then=links.READ),
        of(asked.CancelOrder),
        more="Whatever is authorised and not captured is voided first.",
        examples={"changed mind": {"reason": "changed my mind", "restock": True}},
    ),
    (views.CancelOrder, "DELETE"): command(
        "deleteOrder", "orders", (), done("cancelled", then=links.READ), of(asked.CancelOrder), **_BY_REASON
    ),
    (views.Expiry, "POST"): command(
        "expireOrder",
        "orders",
        _NONE,
        done("expired", then=links.READ),
        of(asked.ExpireOrder),
        examples={"nothing": {}},
    ),
    (views.Closure, "POST"): command(
        "closeOrder", "orders", _NONE, done("closed", then=links.READ), of(asked.CloseOrder), examples={"nothing": {}}
    ),
    (payment_views.Payments, "POST"): command(
        "recordPayment",
        "payments",
        (serializers.PaymentBody, serializers.VoidBody, serializers.FailureBody),
        done("payment_authorized", "payment_captured", "payment_voided", "payment_failed", then=links.PAID),
        of(asked.AuthorizePayment, asked.CapturePayment, asked.VoidPayment, asked.RecordPaymentFailure),
        examples=examples.PAYMENTS,
    ),
    (payment_views.Refunds, "POST"): command(
        "issueRefund",
        "payments",
        (serializers.RefundBody,),
        done("refunded", then=links.READ),
        of(asked.IssueRefund),
        examples={"refund": examples.REFUND},
    ),
    (fulfillment_views.Fulfillments, "POST"): command(
        "fulfillItems",
        "fulfillment",
        (serializers.FulfillmentBody,),
        done("fulfilled", code=201, made="fulfillment", then=links.SHIPMENT),
        of(asked.FulfillItems),
        more="A line is named once.",
        examples={"some units": examples.SHIPMENT, "everything that is left": {}},
    ),
    (fulfillment_views.Fulfillment, "PATCH"): command(
        "updateTracking",
        "fulfillment",
        (serializers.TrackingBody,),
        done("tracking_updated", then=links.READ),
        of(asked.UpdateTracking),
        examples={"tracking": {"carrier": "Royal Mail", "tracking": "RM123456789GB"}},
    ),
    (fulfillment_views.Fulfillment, "DELETE"): command(
        "cancelFulfillment",
        "fulfillment",
        (),
        done("fulfillment_cancelled", then=links.READ),
        of(asked.CancelFulfillment),
        **_BY_REASON,
    ),
    (fulfillment_views.Delivery, "POST"): command(
        "markDelivered",
        "fulfillment",
        _NONE,
        done("delivered", then=links.DELIVERED),
        of(asked.MarkDelivered),
        examples={"nothing": {}},
    ),
    (fulfillment_views.Hold, "PUT"): command(
        "holdFulfillment",
        "fulfillment",
        (serializers.ReasonBody,),
        done("held", then=("releaseHold", "getOrder")),
        of(asked.HoldFulfillment),
        examples={"reason": {"reason": "the address is being checked"}},
    ),
    (fulfillment_views.Hold, "DELETE"): command(
        "releaseHold",
        "fulfillment",
        (),
        done("hold_released", then=("fulfillItems", "getOrder")),
        of(asked.ReleaseHold),
    ),
    (fulfillment_views.Returns, "POST"): command(
        "returnItems",
        "fulfillment",
        (serializers.ReturnBody,),
        done("returned", then=("issueRefund", "closeOrder", "getOrder")),
        of(asked.ReturnItems),
        more="A line is named once.",
        examples={"two units": {"items": examples.UNITS, "reason": "too strong"}},
    ),
}
