"""What the bodies of commands look like, and the commands they become."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from gate.fields import Amount, Id, StrictSerializer, Text, WholeNumber
from gate.tokens import Actor
from orders_write.domain.commands import AddOrderItem, CancelOrder, CreateOrder
from orders_write.domain.values import MAX_LINES, Address, Item


class ItemBody(StrictSerializer):
    """One item of an order."""

    product_id = Text(max_length=64)
    name = Text(max_length=200)
    quantity = WholeNumber()
    unit_price = Amount()


class AddressBody(StrictSerializer):
    """Where an order goes; only the country must be given."""

    country = Text(max_length=200)
    recipient = Text(max_length=200, required=False, allow_blank=True)
    line1 = Text(max_length=200, required=False, allow_blank=True)
    line2 = Text(max_length=200, required=False, allow_blank=True)
    city = Text(max_length=200, required=False, allow_blank=True)
    region = Text(max_length=200, required=False, allow_blank=True)
    postal_code = Text(max_length=200, required=False, allow_blank=True)


class OwnOrderBody(StrictSerializer):
    """`POST /api/orders` by a customer: the service makes the id, and the order is the customer's own."""

    currency = Text(min_length=3, max_length=3)
    items = serializers.ListField(child=ItemBody(), max_length=MAX_LINES)
    shipping_address = AddressBody()
    reference = Text(max_length=64, required=False, allow_null=True)


class CreateOrderBody(OwnOrderBody):
    """`POST /api/orders` by an operator."""

    order_id = Id(required=False)
    customer_id = Text(max_length=64, allow_null=True)


class AddItemBody(ItemBody):
    """`POST /api/orders/{id}/items`."""

    currency = Text(min_length=3, max_length=3, required=False)


class CancelBody(StrictSerializer):
    """`DELETE /api/orders/{id}`."""

    reason = Text(max_length=500, required=False)


def create_order(data: Any, new_id: UUID, actor: Actor) -> CreateOrder:
    """Return the command in a body; `new_id` is used when the client made none.

    A customer's id comes from its credential: its body names neither a customer nor an order.

    Raises:
        ValidationError: the body is not as it must be.
    """
    body = {"customer_id": actor.customer_id} | _checked(OwnOrderBody if actor.customer_id else CreateOrderBody, data)
    return CreateOrder(
        order_id=body.get("order_id", new_id),
        customer_id=body["customer_id"],
        currency=body["currency"],
        items=tuple(Item(**item) for item in body["items"]),
        shipping_address=Address(**body["shipping_address"]),
        reference=body.get("reference"),
    )


def add_order_item(order_id: UUID, data: Any) -> AddOrderItem:
    """Return the command in a body.

    Raises:
        ValidationError: the body is not as it must be.
    """
    body = _checked(AddItemBody, data)
    currency = body.pop("currency", None)
    return AddOrderItem(order_id=order_id, item=Item(**body), currency=currency)


def cancel_order(order_id: UUID, data: Any, reason: str | None) -> CancelOrder:
    """Return the command whose reason is in the query, in the body, or the same in both.

    Raises:
        ValidationError: there is no reason, or there are two.
    """
    given: str | None = _checked(CancelBody, data).get("reason")
    if reason and given and reason != given:
        raise serializers.ValidationError({"reason": ["The query and the body give different reasons; give one."]})
    if not (said := reason or given):
        raise serializers.ValidationError({"reason": ["Say why the order is cancelled, in the query or in the body."]})
    return CancelOrder(order_id=order_id, reason=said)


def _checked(body: type[StrictSerializer], data: Any) -> dict[str, Any]:
    serializer = body(data=data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
