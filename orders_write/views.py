"""The commands over HTTP, a noun each: an order, its lines, what it costs, and its end."""

from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from gate.bodies import checked
from gate.params import number_of, order_id_of
from gate.parser import BatchParser
from gate.permissions import May, actor_of
from gate.plain_view import PlainView
from gate.tokens import CUSTOMER, OPERATOR
from orders_write.asking import carry_out, given, make, make_each, reason_of
from orders_write.domain import commands
from orders_write.domain.commands import CreateOrder
from orders_write.domain.values import Address, Item
from orders_write.ids import new_id
from orders_write.serializers import (
    AddItemBody,
    AddressBody,
    BatchBody,
    CancellationBody,
    CreateOrderBody,
    DiscountBody,
    NoBody,
    NoteBody,
    OwnOrderBody,
    QuantityBody,
    ShippingFeeBody,
)


class Orders(PlainView):
    """All orders."""

    may: May = {"POST": {CUSTOMER, OPERATOR}}

    def post(self, request: Request) -> HttpResponse:
        """Place an order."""
        owner = actor_of(request).customer_id  # a customer's id comes from its credential alone
        body = {"customer_id": owner} | given(request, OwnOrderBody if owner else CreateOrderBody)
        return make(request, _create(body), "created", id_is_new="order_id" not in body)


class OrderBatch(PlainView):
    """Many orders at once."""

    may: May = {"POST": {OPERATOR}}
    parser_classes = [BatchParser]

    def post(self, request: Request) -> HttpResponse:
        """Place up to 500 orders: each is stored, or answered with the reason why not."""
        return make_each(request, [_create_or_error(order) for order in given(request, BatchBody)["orders"]], "created")


class OrderItems(PlainView):
    """The lines of one order."""

    may: May = {"POST": {CUSTOMER, OPERATOR}}

    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Put one more line on the order."""
        order, body = order_id_of(order_id), given(request, AddItemBody)
        currency = body.pop("currency", None)
        command = commands.AddOrderItem(order_id=order, item=Item(**body), currency=currency)
        return carry_out(request, command, "item_added")


class OrderItem(PlainView):
    """One line of an order."""

    may: May = {"PATCH": {CUSTOMER, OPERATOR}, "DELETE": {CUSTOMER, OPERATOR}}

    def patch(self, request: Request, order_id: str, line: str) -> HttpResponse:
        """Order another number of units."""
        order, number, body = order_id_of(order_id), number_of("line", line), given(request, QuantityBody)
        command = commands.ChangeItemQuantity(order_id=order, line=number, **body)
        return carry_out(request, command, "quantity_changed")

    def delete(self, request: Request, order_id: str, line: str) -> HttpResponse:
        """Take the line off."""
        order, number, _ = order_id_of(order_id), number_of("line", line), given(request, NoBody)
        return carry_out(request, commands.RemoveOrderItem(order_id=order, line=number), "item_removed")


class ShippingAddress(PlainView):
    """Where one order goes."""

    may: May = {"PUT": {CUSTOMER, OPERATOR}}

    def put(self, request: Request, order_id: str) -> HttpResponse:
        """Send it somewhere else."""
        order, address = order_id_of(order_id), Address(**given(request, AddressBody))
        command = commands.SetShippingAddress(order_id=order, shipping_address=address)
        return carry_out(request, command, "shipping_address_set")


class Discounts(PlainView):
    """What is taken off one order."""

    may: May = {"POST": {OPERATOR}}

    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Take a percentage or an amount off a line, or off the order; 0 removes it."""
        command = commands.ApplyDiscount(order_id=order_id_of(order_id), **given(request, DiscountBody))
        return carry_out(request, command, "discount_applied")


class ShippingFee(PlainView):
    """What shipping one order costs."""

    may: May = {"PUT": {OPERATOR}}

    def put(self, request: Request, order_id: str) -> HttpResponse:
        """Charge an amount for it; 0 is free."""
        command = commands.SetShippingFee(order_id=order_id_of(order_id), **given(request, ShippingFeeBody))
        return carry_out(request, command, "shipping_fee_set")


class Notes(PlainView):
    """What people have written about one order."""

    may: May = {"POST": {CUSTOMER, OPERATOR}}

    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Write something down."""
        command = commands.AddNote(order_id=order_id_of(order_id), **given(request, NoteBody))
        return carry_out(request, command, "note_added")


class Confirmation(PlainView):
    """The confirmation of one order."""

    may: May = {"POST": {OPERATOR}}

    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Accept the order: its lines and its total are fixed from now on."""
        order, _ = order_id_of(order_id), given(request, NoBody)
        return carry_out(request, commands.ConfirmOrder(order_id=order), "confirmed")


class Cancellation(PlainView):
    """The end of one order that was called off."""

    may: May = {"POST": {CUSTOMER, OPERATOR}}

    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Call the order off, saying why, and whether its goods go back on the shelf."""
        command = commands.CancelOrder(order_id=order_id_of(order_id), **given(request, CancellationBody))
        return carry_out(request, command, "cancelled")


class CancelOrder(PlainView):
    """One order, as far as it can be called off."""

    may: May = {"DELETE": {CUSTOMER, OPERATOR}}

    def delete(self, request: Request, order_id: str) -> HttpResponse:
        """Cancel the order, for a reason."""
        command = commands.CancelOrder(order_id=order_id_of(order_id), reason=reason_of(request))
        return carry_out(request, command, "cancelled")


class Expiry(PlainView):
    """The end of one order that nobody confirmed."""

    may: May = {"POST": {OPERATOR}}

    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Give the order up."""
        order, _ = order_id_of(order_id), given(request, NoBody)
        return carry_out(request, commands.ExpireOrder(order_id=order), "expired")


class Closure(PlainView):
    """The end of one order that has arrived and is paid for."""

    may: May = {"POST": {OPERATOR}}

    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Put the order away."""
        order, _ = order_id_of(order_id), given(request, NoBody)
        return carry_out(request, commands.CloseOrder(order_id=order), "closed")


def _create(body: dict[str, Any]) -> CreateOrder:
    parts = {
        "order_id": body.get("order_id") or new_id(),
        "items": tuple(Item(**item) for item in body["items"]),
        "shipping_address": Address(**body["shipping_address"]),
    }
    return CreateOrder(**(body | parts))


def _create_or_error(data: Any) -> CreateOrder | ValidationError:
    try:
        return _create(checked(CreateOrderBody, data))
    except ValidationError as error:
        return error
