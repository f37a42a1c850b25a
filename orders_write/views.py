"""The commands over HTTP: parse, dispatch, translate."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gate.consistency import token_of
from gate.params import expected_version_of, order_id_of, read_query, text
from gate.permissions import May, actor_of
from gate.tokens import CUSTOMER, OPERATOR
from orders_write import command_bus, serializers
from orders_write.command_bus import Context, Result
from orders_write.domain.commands import Command
from orders_write.ids import new_id


class Orders(APIView):
    """All orders."""

    may: May = {"POST": {CUSTOMER, OPERATOR}}

    def post(self, request: Request) -> Response:
        """Place an order."""
        read_query(request, {})
        result = _dispatch(request, serializers.create_order(request.data, new_id(), actor_of(request)))
        return _answer(result, 201, headers={"Location": f"/api/orders/{result.order_id}"})


class OrderItems(APIView):
    """The lines of one order."""

    may: May = {"POST": {CUSTOMER, OPERATOR}}

    def post(self, request: Request, order_id: str) -> Response:
        """Put one more line on the order."""
        read_query(request, {})
        command = serializers.add_order_item(order_id_of(order_id), request.data)
        return _answer(_dispatch(request, command), 200, status="item_added")


class CancelOrder(APIView):
    """One order, as far as it can be called off."""

    may: May = {"DELETE": {CUSTOMER, OPERATOR}}

    def delete(self, request: Request, order_id: str) -> Response:
        """Cancel the order, for a reason."""
        reason = read_query(request, {"reason": text(500)}).get("reason")
        command = serializers.cancel_order(order_id_of(order_id), request.data, reason)
        return _answer(_dispatch(request, command), 200, status="cancelled")


def _dispatch(request: Request, command: Command) -> Result:
    return command_bus.dispatch(command, _context(request), expected_version=expected_version_of(request))


def _context(request: Request) -> Context:
    """Return who asks; a customer's id comes from its credential alone."""
    actor = actor_of(request)
    return Context(actor.name, correlation_id=request.correlation_id, customer_id=actor.customer_id)  # type: ignore[attr-defined]


def _answer(result: Result, code: int, headers: dict[str, str] | None = None, **members: Any) -> Response:
    body = {"order_id": str(result.order_id), "version": result.version} | members
    consistency = {"ETag": f'"{result.version}"', "Consistency-Token": token_of(result.position)}
    return Response(body, code, headers=consistency | (headers or {}))
