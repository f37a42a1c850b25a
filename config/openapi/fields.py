"""The bodies of requests, from the serializers that check them; with the bounds that the domain sets, by field name."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension

from gate.fields import AMOUNT, Amount, BoundedList, Flag, Id, StrictSerializer, Text, Unchecked, WholeNumber, Word
from gate.text import CLEAN, NOT_BLANK
from orders_write.domain.values import MAX_QUANTITY
from orders_write.serializers import BatchBody, DiscountBody, OwnOrderBody

Schema = dict[str, Any]
_POSITIVE = rf"^(?!0+(\.0+)?$){AMOUNT.pattern}$"
_PERCENT = r"^(0{0,9}100(\.0{1,4})?|0{0,10}[0-9]{1,2}(\.[0-9]{1,4})?)$"
# What the domain asks of a value, whichever command it is in.
_BOUNDS: Mapping[str, Schema] = {
    "quantity": {"minimum": 1, "maximum": MAX_QUANTITY, "examples": [2]},
    "line": {"minimum": 1, "maximum": 999_999, "description": "The number of a line of the order.", "examples": [1]},
    "percent": {"pattern": _PERCENT, "description": "Of 100, exact; 0 removes the discount.", "examples": ["10"]},
    "unit_price": {"description": "The price of one, exact, in the order's currency.", "examples": ["6.50"]},
    "amount": {"description": "An exact amount in the order's currency.", "examples": ["12.50"]},
    "country": {"examples": ["United Kingdom"]},
    "reference": {"description": "What it is called elsewhere; a gateway's is used once in an order."},
    "draft": {"description": "Whether the order may have no items yet."},
    "restock": {"description": "Whether the goods go back on the shelf.", "default": True},
    "order_id": {"description": "Left out, the service makes a UUIDv7."},
    "customer_id": {"description": "null for a guest.", "examples": ["ada"]},
}
# What a serializer cannot say about its fields together.
_TOGETHER: Mapping[type[StrictSerializer], Schema] = {
    OwnOrderBody: {
        "anyOf": [
            {"properties": {"draft": {"const": True}}, "required": ["draft"]},
            {"properties": {"items": {"minItems": 1}}},
        ]
    },
    DiscountBody: {"oneOf": [{"required": ["percent"]}, {"required": ["amount"]}]},
}
_PAYS = ("PaymentBody", "FailureBody", "RefundBody")


class BodySchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Describes every body: its fields, and that there are no others."""

    target_class = "gate.fields.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Schema:
        """Return the JSON Schema of the serializer."""
        body: StrictSerializer = self.target
        fields = {name: _of_named(name, field, auto_schema) for name, field in body.fields.items()}
        if type(body).__name__ in _PAYS:
            fields["amount"]["pattern"] = _POSITIVE
        together = next((found for kind, found in _TOGETHER.items() if isinstance(body, kind)), {})
        required = [name for name, field in body.fields.items() if field.required]
        return {
            "type": "object",
            "description": str(type(body).__doc__),
            "properties": fields,
            **({"required": required} if required else {}),
            "additionalProperties": False,
            **together,
        }


def _of_named(name: str, field: Any, auto_schema: Any) -> Schema:
    if name == "currency":
        return {"$ref": "#/components/schemas/CurrencyCode"}
    return _of_field(field, auto_schema) | _BOUNDS.get(name, {})


def _of_field(field: Any, auto_schema: Any) -> Schema:
    schema = _of_value(field, auto_schema)
    if not field.allow_null or "type" not in schema:
        return schema
    return schema | {"type": [schema["type"], "null"]}


def _of_value(field: Any, auto_schema: Any) -> Schema:
    match field:
        case Text():
            least = {"minLength": field.min_length} if field.min_length else {}
            pattern = CLEAN if field.allow_blank else NOT_BLANK
            return {"type": "string", **least, "maxLength": field.max_length, "pattern": pattern}
        case Amount():
            return {"type": "string", "pattern": f"^{AMOUNT.pattern}$"}
        case Id():
            return {"type": "string", "format": "uuid"}
        case BoundedList():
            least = {"minItems": field.min_length} if field.min_length else {}
            items = _of_field(field.child, auto_schema)
            return {"type": "array", "items": items, **least, "maxItems": field.max_length}
        case StrictSerializer():
            return dict(auto_schema.resolve_serializer(field, "request").ref)
        case Word():
            return {"type": "string", "enum": list(field.choices)}
        case WholeNumber():
            return {"type": "integer"}
        case Flag():
            return {"type": "boolean"}
        case Unchecked() if isinstance(field.parent.parent, BatchBody):
            wrong = {"description": "Anything else is answered with its problem, in its place."}
            return {"anyOf": [{"$ref": "#/components/schemas/CreateOrderBody"}, wrong]}
    raise TypeError(f"config/openapi/fields.py does not say how a {type(field).__name__} looks; add it there.")
