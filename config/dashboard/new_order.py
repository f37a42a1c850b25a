"""The page on which an order is placed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from config.dashboard import order_commands
from config.dashboard.links import address
from config.dashboard.order import MAY_COMMAND
from config.dashboard.order_actions import CREATE
from config.dashboard.order_commands import Outcome
from config.dashboard.order_form import CommandForm, item_fields, rows_of
from config.dashboard.orders import MAY_SEE
from config.dashboard.page import Page

_ROWS, _MORE = 3, 5


class NewOrder(Page):
    """A new order; the id of the order is the key of its form, so that sending it twice makes one."""

    name, title = "order_new", "New order"
    template_name = "dashboard/new_order.html"
    permission_required = (MAY_SEE, MAY_COMMAND)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show an empty form, or the one that came back."""
        form = kwargs.pop("form", None) or CommandForm(CREATE, fields=item_fields(_ROWS), initial=_FIRST)
        is_closed = not order_commands.is_answering()
        return super().get_context_data(form=form, rows=_rows(form), is_closed=is_closed, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Place the order, or show the form again: with more rows, or with what is wrong."""
        data = request.POST.dict()
        rows = rows_of(data) + (_MORE if "more" in data else 0)
        if "more" in data:
            return self.render_to_response(self.get_context_data(form=_unsent(data, rows)))
        form = CommandForm(CREATE, data, fields=item_fields(rows))
        outcome = self._placed(form)
        if outcome.is_done:
            messages.success(request, "Order placed.")
            return HttpResponseRedirect(address("order", form.key, after=outcome.token))
        return self.render_to_response(self.get_context_data(form=form), status=outcome.status)

    def _placed(self, form: CommandForm) -> Outcome:
        if not form.is_valid():
            return Outcome(status=400)
        outcome = order_commands.send(self.request, form, UUID(form.key))
        form.take(outcome.errors, renewed=not outcome.is_open)
        return outcome


_FIRST = {"currency": "GBP", "item-0-quantity": "1"}


def _unsent(data: dict[str, str], rows: int) -> CommandForm:
    """Return a form that says what was typed, without a word about what is still missing."""
    return CommandForm(CREATE, fields=item_fields(rows), initial=data)


def _rows(form: CommandForm) -> list[list[Any]]:
    """Return the fields of the items, by row."""
    found: dict[str, list[Any]] = {}
    for name in form.fields:
        if name.startswith("item-"):
            found.setdefault(name.rpartition("-")[0], []).append(form[name])
    return list(found.values())
