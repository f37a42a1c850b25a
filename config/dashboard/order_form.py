"""The form of a command: made from its body, filled in with what the order says, checked as the API checks it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from django import forms
from rest_framework.exceptions import ValidationError

from config.dashboard import order_fields
from config.dashboard.order_actions import Action
from gate.bodies import checked
from gate.checks import identifier, number
from gate.problems import invalid_body
from gate.text import BadText, clean
from orders_write.domain.commands import Command
from orders_write.ids import new_id
from orders_write.serializers import ItemBody, LineQuantityBody

ITEM, LINE = re.compile(r"item-([0-9]{1,3})-[a-z_]+"), re.compile(r"line-([0-9]{1,6})")
MOST_ROWS = 200
_LINE_BREAKS = re.compile(r"\s*[\r\n]+\s*")
_version = number(0, 999_999_999)


class CommandForm(forms.Form):
    """What is asked for, with the version of the order that it was asked on, and a key under which it is done once.

    After `is_valid`, `command` is what to send; `refuse` puts what the bus says to the field that is at fault.
    """

    use_required_attribute = True

    def __init__(
        self,
        action: Action,
        data: Mapping[str, Any] | None = None,
        *,
        version: int = 0,
        initial: Mapping[str, Any] | None = None,
        fields: order_fields.Fields | None = None,
    ) -> None:
        """Make the form of an action.

        Args:
            action: what it asks for.
            data: what was typed, when it comes back.
            version: that of the order which it is made from; 0 for one that is yet to be.
            initial: what stands in it before anybody types.
            fields: those of the list in the body, and others that the order knows more of.
        """
        super().__init__(data, auto_id=f"{action.slug}-%s", initial=dict(initial or {}), label_suffix="")
        self.action, self.body, self.rows = action, dict[str, Any](), list[str]()
        made = order_fields.fields_of(action.body(), action.left_out)
        self.fields |= _of_lists(data or {}) | (fields or {}) | made
        self._hide("do", action.slug)
        self._hide("expected_version", str(version))
        self._hide("key", str(new_id()))

    def _hide(self, name: str, value: str) -> None:
        self.fields[name] = forms.CharField(widget=forms.HiddenInput, initial=value, required=False)

    @property
    def expected_version(self) -> int:
        """The version of the order that it was made from."""
        return int(self.cleaned_data["expected_version"])

    @property
    def key(self) -> str:
        """The key under which it is done once."""
        return str(self.cleaned_data["key"])

    def command(self, order_id: UUID) -> Command:
        """Return the command that is asked for."""
        parts = self.action.parts(self.body) | {"order_id": order_id}
        return msgspec.convert(parts, self.action.command)

    def again(self, version: int) -> dict[str, str]:
        """Return what was typed, on another version and under a new key, for somebody who has been told of it."""
        typed = {name: self.data[name] for name in self.fields if name in self.data}
        return typed | {"expected_version": str(version), "key": str(new_id())}

    def take(self, errors: Iterable[tuple[str, str]], *, renewed: bool) -> None:
        """Show why it was refused; `renewed`, what is sent next is not taken for what was asked before."""
        for field, sentence in errors:
            self.refuse(field, sentence)
        if renewed:
            self.data = {**self.data, "key": str(new_id())}

    def refuse(self, field: str, sentence: str) -> None:
        """Say what is wrong, beside the field that it is about, or above them all."""
        place = self._place(field)
        if place is None or place not in self.errors:
            self.add_error(place, sentence)

    def clean(self) -> dict[str, Any]:
        """Check the hidden fields, each text's characters, and then the body."""
        given = {name: self._cleaned(name, value) for name, value in list(self.cleaned_data.items())}
        self._check_hidden(given)
        body = self._body_of(given)
        try:
            self.body = checked(self.action.body, body)
        except ValidationError as error:
            for found in invalid_body(error).errors:
                self.refuse(found["field"], found["detail"])
        self.body.pop("kind", None)
        return given

    def _cleaned(self, name: str, value: Any) -> Any:
        try:
            return clean(_LINE_BREAKS.sub(" ", value)) if isinstance(value, str) else value
        except BadText as error:
            self.add_error(name, str(error))
            return value

    def _check_hidden(self, given: Mapping[str, Any]) -> None:
        try:
            _version(given.get("expected_version", ""))
            identifier(given.get("key", ""))
        except ValueError:
            self.add_error(None, "This form is not complete; open it again.")

    def _body_of(self, given: Mapping[str, Any]) -> dict[str, Any]:
        action = self.action
        body = order_fields.values_of(action.body(), given, action.left_out)
        self.rows, listed = _listed(given)
        has_list = "items" in action.body().fields
        required = has_list and action.body().fields["items"].required
        return body | ({"items": listed} if listed or required else {}) | ({"kind": action.kind} if action.kind else {})

    def _place(self, field: str) -> str | None:
        """Return the name of the form's field that a part of the body is typed in."""
        first, *rest = field.split(".")
        if first == "items" and rest and rest[0].isdigit() and int(rest[0]) < len(self.rows):
            row = self.rows[int(rest[0])]
            names = [f"{row}-{rest[-1]}", row, f"{row}-name"]
        else:
            names = [field, field.rpartition(".")[2]]
        return next((name for name in names if name in self.fields), None)


def item_fields(rows: int) -> order_fields.Fields:
    """Return the fields of some items, a row of them each."""
    made = order_fields.fields_of(ItemBody(), frozenset())
    for field in made.values():
        field.required = False
    return {f"item-{row}-{name}": _again(field) for row in range(min(rows, MOST_ROWS)) for name, field in made.items()}


def rows_of(data: Mapping[str, Any]) -> int:
    """Return how many rows of items came back."""
    return max((int(found[1]) + 1 for name in data if (found := ITEM.fullmatch(name))), default=0)


def _again(field: forms.Field) -> forms.Field:
    return forms.CharField(label=field.label, required=False, widget=field.widget)


def _of_lists(data: Mapping[str, Any]) -> order_fields.Fields:
    """Return the fields of what came back for lists, which the body alone does not tell."""
    lines = {name: order_fields.quantity_field(name, 0) for name in data if LINE.fullmatch(name)}
    return item_fields(rows_of(data)) | lines


def _listed(given: Mapping[str, Any]) -> tuple[list[str], list[dict[str, Any]]]:
    """Return which rows say something, and what: units of lines, or items."""
    lines = [name for name, value in given.items() if LINE.fullmatch(name) and value]
    units = [_read(LineQuantityBody, {"line": name[5:], "quantity": given[name]}) for name in lines]
    rows = list(dict.fromkeys(name.rpartition("-")[0] for name in given if ITEM.fullmatch(name) and given[name]))
    return [*lines, *rows], [*units, *(_read(ItemBody, _part(given, f"{row}-")) for row in rows)]


def _part(given: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): said for name, said in given.items() if name.startswith(prefix)}


def _read(body: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    return order_fields.values_of(body(), given, frozenset())
