"""The fields of a command's form, made from those of the body by which the API takes it: same names, same limits."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from rest_framework import serializers

from gate.fields import Amount, Flag, StrictSerializer, Text, WholeNumber

_LABELS = {
    "product_id": "Product", "customer_id": "Customer", "line1": "Street", "line2": "Street, continued",
    "restock": "Goods go back on the shelf", "draft": "A draft, which may have no items yet",
    "reference": "Reference", "percent": "Percent off", "tracking": "Tracking number",
}  # fmt: skip
_LONG = 1_000
Fields = dict[str, forms.Field]
Given = Mapping[str, Any]


def fields_of(body: StrictSerializer, left_out: frozenset[str], prefix: str = "") -> Fields:
    """Return a field for each part of a body, those of an object in it as `object.part`; lists are made elsewhere."""
    found: Fields = {}
    for name, part in body.fields.items():
        if isinstance(part, StrictSerializer):
            found |= fields_of(part, frozenset(), f"{prefix}{name}.")
        elif name not in left_out and not isinstance(part, serializers.ListField):
            found[prefix + name] = _field(name, part)
    return found


def quantity_field(label: str, most: int) -> forms.Field:
    """Return the field of how many units of a line are meant."""
    attributes = {"inputmode": "numeric", "placeholder": "0", "size": "6", "max": str(most)}
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs=attributes))


def values_of(body: StrictSerializer, given: Given, left_out: frozenset[str], prefix: str = "") -> dict[str, Any]:
    """Return what a form says as the JSON of a body; what is empty is left out, unless the body has a word for it."""
    return dict(_values(body, given, left_out, prefix))


def whole(value: str) -> int | str:
    """Return a whole number that was typed; anything else as it is, for the body to refuse."""
    return int(value) if re.fullmatch(r"-?[0-9]{1,9}", value) else value


def _field(name: str, part: Any) -> forms.Field:
    label = _LABELS.get(name, name.replace("_", " ").capitalize())
    if isinstance(part, Flag):
        return forms.BooleanField(label=label, required=False)
    needed = part.required and not getattr(part, "allow_blank", False) and not part.allow_null
    return forms.CharField(label=label, required=needed, widget=_widget(part))


def _widget(part: Any) -> forms.Widget:
    if isinstance(part, Text):
        is_long = (part.max_length or 0) > _LONG
        attributes = {"maxlength": part.max_length}
        return forms.Textarea({**attributes, "rows": 4}) if is_long else forms.TextInput(attributes)
    mode = {Amount: "decimal", WholeNumber: "numeric"}.get(type(part), "text")
    return forms.TextInput({"inputmode": mode})


def _values(body: StrictSerializer, given: Given, left_out: frozenset[str], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, part in body.fields.items():
        if isinstance(part, StrictSerializer):
            yield name, values_of(part, given, frozenset(), f"{prefix}{name}.")
        elif prefix + name in given and name not in left_out:
            value = _value(part, given[prefix + name])
            if value is not None or (part.required and part.allow_null):
                yield name, value


def _value(part: Any, said: Any) -> Any:
    if isinstance(part, Flag):
        return bool(said)
    if said == "":
        return "" if part.required and not part.allow_null and getattr(part, "allow_blank", False) else None
    return whole(said) if isinstance(part, WholeNumber) else said
