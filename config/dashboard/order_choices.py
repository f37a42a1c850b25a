"""What an order fills into the forms of its commands: which lines and fulfillments there are, and likely amounts."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from config.dashboard import order_fields
from config.dashboard.order_actions import Action
from config.dashboard.order_form import CommandForm
from orders_read.serializers import amount
from orders_write.command_bus import Possible
from orders_write.domain import commands
from orders_write.domain.commands import Command

Body = Mapping[str, Any]
_WHOLE = ("", "the whole order")
_LEFT = {
    "fulfill": ("quantity", "fulfilled", "left to ship"),
    "return": ("fulfilled", "returned", "with the customer"),
}
_OWED = {
    "authorize": ("total", "authorised"),
    "capture": ("authorised", "captured"),
    "refund": ("captured", "refunded"),
}


def form_of(
    action: Action, order: Body | None, possible: Possible, version: int, data: Mapping[str, Any] | None = None
) -> CommandForm:
    """Return the form of an action on an order; without an order it has no choices, and takes what is typed."""
    initial = _initial(action, order) if order else {}
    form = CommandForm(action, data, version=version, initial=initial, fields=_lines(action, order) if order else {})
    if order:
        _choose(form, "line", _line_choices(order), optional=action.command is commands.ApplyDiscount)
        _choose(form, "fulfillment", _fulfillment_choices(order, possible.get(action.command, ())))
        _name_currency(form, order["currency"])
    return form


def _initial(action: Action, order: Body) -> dict[str, Any]:
    if action.slug in _OWED:
        of, less = (Decimal(order[name]) for name in _OWED[action.slug])
        return {"amount": amount(max(of - less, Decimal(0)), order["currency"])}
    match action.slug:
        case "address":
            return dict(order["shipping_address"])
        case "shipping-fee":
            return {"amount": order["shipping_fee"]}
    return {"quantity": "1", "restock": True}


def _lines(action: Action, order: Body) -> order_fields.Fields:
    """Return a field for each line of which there are units to ship, or to take back."""
    if action.slug not in _LEFT:
        return {}
    of, less, said = _LEFT[action.slug]
    found = {}
    for item in order["items"]:
        if left := item[of] - item[less]:
            label = f"Line {item['line']}: {item['name']}, {left} {said}"
            found[f"line-{item['line']}"] = order_fields.quantity_field(label, left)
    return found


def _line_choices(order: Body) -> list[tuple[str, str]]:
    return [
        (str(item["line"]), f"{item['line']}: {item['quantity']} × {item['name']}, {item['total']} {order['currency']}")
        for item in order["items"]
    ]


def _fulfillment_choices(order: Body, accepted: Iterable[Command]) -> list[tuple[str, str]]:
    numbers = {getattr(command, "fulfillment", None) for command in accepted}
    meant = [one for one in order["fulfillments"] if one["fulfillment"] in numbers]
    return [(str(one["fulfillment"]), _fulfillment(one)) for one in meant]


def _fulfillment(one: Body) -> str:
    units = sum(item["quantity"] for item in one["items"])
    return ", ".join(filter(None, [f"{one['fulfillment']}: {units} units", one["carrier"], one["tracking"]]))


def _choose(form: CommandForm, name: str, choices: list[tuple[str, str]], *, optional: bool = False) -> None:
    if name in form.fields:
        form.fields[name].widget = forms.Select(choices=[_WHOLE, *choices] if optional else choices)


def _name_currency(form: CommandForm, currency: str) -> None:
    for name in ("amount", "unit_price"):
        if name in form.fields:
            form.fields[name].label = f"{form.fields[name].label}, {currency}"
