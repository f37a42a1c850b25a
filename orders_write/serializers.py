"""What the bodies of commands look like: their fields are named as those of the commands that they become."""

from typing import Any

from rest_framework import serializers

from gate.fields import Amount, BoundedList, Flag, Id, StrictSerializer, Text, Unchecked, WholeNumber, Word
from orders_write.domain.values import MAX_LINES

MAX_BATCH = 500


class NoBody(StrictSerializer):
    """Nothing is to be said: an empty object, or no body at all."""


class ItemBody(StrictSerializer):
    """One item of an order."""

    product_id = Text(max_length=64)
    name = Text(max_length=200)
    quantity = WholeNumber()
    unit_price = Amount()


class AddressBody(StrictSerializer):
    """Where an order goes; only the country must be given. `PUT /api/orders/{id}/shipping-address`."""

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
    items = BoundedList(child=ItemBody(), max_length=MAX_LINES)
    shipping_address = AddressBody()
    reference = Text(max_length=64, required=False, allow_null=True)
    draft = Flag(required=False)


class CreateOrderBody(OwnOrderBody):
    """`POST /api/orders` by an operator."""

    order_id = Id(required=False)
    customer_id = Text(max_length=64, allow_null=True)


class BatchBody(StrictSerializer):
    """`POST /api/orders/batch`; each of the orders is checked by itself, as a CreateOrderBody."""

    orders = BoundedList(child=Unchecked(allow_null=True), min_length=1, max_length=MAX_BATCH)


class AddItemBody(ItemBody):
    """`POST /api/orders/{id}/items`."""

    currency = Text(min_length=3, max_length=3, required=False)


class QuantityBody(StrictSerializer):
    """`PATCH /api/orders/{id}/items/{line}`."""

    quantity = WholeNumber()


class DiscountBody(StrictSerializer):
    """`POST /api/orders/{id}/discounts`: either `percent` or `amount`, off one line or off the order."""

    percent = Amount(required=False)
    amount = Amount(required=False)
    line = WholeNumber(required=False)


class ShippingFeeBody(StrictSerializer):
    """`PUT /api/orders/{id}/shipping-fee`."""

    amount = Amount()


class NoteBody(StrictSerializer):
    """`POST /api/orders/{id}/notes`."""

    text = Text(max_length=2_000)


class PaymentBody(StrictSerializer):
    """`POST /api/orders/{id}/payments`, of the kind `authorization` or `capture`."""

    kind = Word(choices=("authorization", "capture"))
    amount = Amount()
    reference = Text(max_length=128)


class VoidBody(StrictSerializer):
    """`POST /api/orders/{id}/payments`, of the kind `void`."""

    kind = Word(choices=("void",))
    reference = Text(max_length=128)


class FailureBody(PaymentBody):
    """`POST /api/orders/{id}/payments`, of the kind `failure`."""

    kind = Word(choices=("failure",))
    reason = Text(max_length=500)


class PaymentKind(serializers.Serializer[Any]):
    """The part of a payment's body that says what the rest of it looks like."""

    default_error_messages = StrictSerializer.default_error_messages
    kind = Word(choices=("authorization", "capture", "void", "failure"))


class LineQuantityBody(StrictSerializer):
    """Some units of one line."""

    line = WholeNumber()
    quantity = WholeNumber()


class FulfillmentBody(StrictSerializer):
    """`POST /api/orders/{id}/fulfillments`; without `items` everything that is left."""

    items = BoundedList(child=LineQuantityBody(), max_length=MAX_LINES, required=False)
    carrier = Text(max_length=64, required=False, allow_blank=True)
    tracking = Text(max_length=128, required=False, allow_blank=True)


class TrackingBody(StrictSerializer):
    """`PATCH /api/orders/{id}/fulfillments/{fulfillment}`."""

    carrier = Text(max_length=64, allow_blank=True)
    tracking = Text(max_length=128, allow_blank=True)


class ReasonBody(StrictSerializer):
    """`PUT /api/orders/{id}/hold`."""

    reason = Text(max_length=500)


class ReasonToDeleteBody(StrictSerializer):
    """The reason of a DELETE, which may stand in the query as well."""

    reason = Text(max_length=500, required=False)


class CancellationBody(ReasonBody):
    """`POST /api/orders/{id}/cancellation`."""

    restock = Flag(required=False)


class ReturnBody(ReasonBody):
    """`POST /api/orders/{id}/returns`."""

    items = BoundedList(child=LineQuantityBody(), min_length=1, max_length=MAX_LINES)


class RefundBody(ReasonBody):
    """`POST /api/orders/{id}/refunds`."""

    amount = Amount()
    reference = Text(max_length=128)
