"""The commands over HTTP that move goods: shipments, the hold on them, and returns."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from gate.params import number_of, order_id_of
from gate.permissions import May
from gate.plain_view import PlainView
from gate.tokens import OPERATOR
from orders_write.asking import carry_out, given, reason_of
from orders_write.domain import commands
from orders_write.domain.values import LineQuantity
from orders_write.serializers import FulfillmentBody, NoBody, ReasonBody, ReturnBody, TrackingBody


class Fulfillments(PlainView):
    """The shipments of one order."""

    may: May = {"POST": {OPERATOR}}

    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Ship some units of some lines, or all that is left."""
        order, body = order_id_of(order_id), given(request, FulfillmentBody)
        items = _line_quantities(body.pop("items", []))
        return carry_out(request, commands.FulfillItems(order_id=order, items=items, **body), "fulfilled", 201)


class Fulfillment(PlainView):
    """One shipment of an order."""

    may: May = {"PATCH": {OPERATOR}, "DELETE": {OPERATOR}}

    def patch(self, request: Request, order_id: str, fulfillment: str) -> HttpResponse:
        """Say with whom, and under which number, it travels."""
        order, number = order_id_of(order_id), number_of("fulfillment", fulfillment)
        command = commands.UpdateTracking(order_id=order, fulfillment=number, **given(request, TrackingBody))
        return carry_out(request, command, "tracking_updated")

    def delete(self, request: Request, order_id: str, fulfillment: str) -> HttpResponse:
        """Take it back, for a reason: its units are left to ship again."""
        order, number = order_id_of(order_id), number_of("fulfillment", fulfillment)
        command = commands.CancelFulfillment(order_id=order, fulfillment=number, reason=reason_of(request))
        return carry_out(request, command, "fulfillment_cancelled")


class Delivery(PlainView):
    """The arrival of one shipment."""

    may: May = {"POST": {OPERATOR}}

    def post(self, request: Request, order_id: str, fulfillment: str) -> HttpResponse:
        """Record that it has arrived."""
        order, number = order_id_of(order_id), number_of("fulfillment", fulfillment)
        given(request, NoBody)
        return carry_out(request, commands.MarkDelivered(order_id=order, fulfillment=number), "delivered")


class Hold(PlainView):
    """The hold on the shipments of one order."""

    may: May = {"PUT": {OPERATOR}, "DELETE": {OPERATOR}}

    def put(self, request: Request, order_id: str) -> HttpResponse:
        """Let nothing be shipped for now."""
        command = commands.HoldFulfillment(order_id=order_id_of(order_id), **given(request, ReasonBody))
        return carry_out(request, command, "held")

    def delete(self, request: Request, order_id: str) -> HttpResponse:
        """Let the order be shipped again."""
        order, _ = order_id_of(order_id), given(request, NoBody)
        return carry_out(request, commands.ReleaseHold(order_id=order), "hold_released")


class Returns(PlainView):
    """What of one order has come back."""

    may: May = {"POST": {OPERATOR}}

    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Take back some units of some lines."""
        order, body = order_id_of(order_id), given(request, ReturnBody)
        items = _line_quantities(body.pop("items"))
        return carry_out(request, commands.ReturnItems(order_id=order, items=items, **body), "returned")


def _line_quantities(items: list[dict[str, Any]]) -> tuple[LineQuantity, ...]:
    return tuple(LineQuantity(**item) for item in items)
