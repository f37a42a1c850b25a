"""The commands over HTTP that say what became of the money: what the payment gateway has done."""

from collections.abc import Callable, Mapping

from django.http import HttpResponse
from rest_framework.request import Request

from gate.bodies import checked
from gate.fields import StrictSerializer
from gate.params import order_id_of
from gate.parser import body_of
from gate.permissions import May
from gate.plain_view import PlainView
from gate.tokens import OPERATOR
from orders_write.asking import carry_out, given
from orders_write.domain import commands
from orders_write.serializers import FailureBody, PaymentBody, PaymentKind, RefundBody, VoidBody

KINDS: Mapping[str, tuple[type[StrictSerializer], Callable[..., commands.Command], str]] = {
    "authorization": (PaymentBody, commands.AuthorizePayment, "payment_authorized"),
    "capture": (PaymentBody, commands.CapturePayment, "payment_captured"),
    "void": (VoidBody, commands.VoidPayment, "payment_voided"),
    "failure": (FailureBody, commands.RecordPaymentFailure, "payment_failed"),
}


class Payments(PlainView):
    """What the payment gateway has done for one order."""

    may: May = {"POST": {OPERATOR}}

    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Record an authorization, a capture, a void or a failure."""
        order, data = order_id_of(order_id), body_of(request)
        serializer, command, status = KINDS[checked(PaymentKind, data)["kind"]]
        body = given(request, serializer)
        del body["kind"]
        return carry_out(request, command(order_id=order, **body), status)


class Refunds(PlainView):
    """What of one order was given back."""

    may: May = {"POST": {OPERATOR}}

    def post(self, request: Request, order_id: str) -> HttpResponse:
        """Give back an amount of what was captured."""
        command = commands.IssueRefund(order_id=order_id_of(order_id), **given(request, RefundBody))
        return carry_out(request, command, "refunded")
