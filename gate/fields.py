"""The field kit of request bodies: strict about types, with a sentence for each refusal."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework import serializers

AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")
CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class StrictSerializer(serializers.Serializer[Any]):
    """A request body, or an object in it; fields that it does not know are errors."""

    default_error_messages = {"invalid": "This must be a JSON object."}

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown fields, then check the known ones."""
        if isinstance(data, Mapping) and (unknown := sorted(set(data) - set(self.fields))):
            known = ", ".join(self.fields) or "none"
            raise serializers.ValidationError(
                {name: [f"There is no such field; there are: {known}."] for name in unknown}
            )
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A JSON string, without blanks at its ends."""

    def to_internal_value(self, data: Any) -> str:
        """Take strings only; plain CharField would take numbers too."""
        if not isinstance(data, str):
            raise serializers.ValidationError("This must be a string.")
        return super().to_internal_value(data)


class WholeNumber(serializers.IntegerField):
    """A JSON integer, neither a string nor a boolean."""

    def to_internal_value(self, data: Any) -> int:
        """Take integers only; plain IntegerField would take strings and 1.0 too."""
        if not isinstance(data, int) or isinstance(data, bool):
            raise serializers.ValidationError("This must be a whole number such as 3, not a string and not a fraction.")
        return data


class Flag(serializers.Field[Any, Any, Any, Any]):
    """A JSON boolean, nothing that looks like one."""

    def to_internal_value(self, data: Any) -> bool:
        """Take true and false only; plain BooleanField would take 1, "on" and more."""
        if not isinstance(data, bool):
            raise serializers.ValidationError("This must be true or false.")
        return data

    def to_representation(self, value: bool) -> bool:
        """Return it as it is."""
        return value


class Word(serializers.ChoiceField):
    """One of some words."""

    default_error_messages = {"invalid_choice": "This must be one of: {words}."}

    def to_internal_value(self, data: Any) -> str:
        """Take the words only; plain ChoiceField would take what reads like one of them."""
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", words=", ".join(self.choices))
        return data


class BoundedList(serializers.ListField):
    """A JSON list whose length is checked before anything in it is."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Refuse a list that is too long without looking into it."""
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)

    default_error_messages = {"max_length": "Ensure this field has no more than {max_length} elements."}


class Unchecked(serializers.Field[Any, Any, Any, Any]):
    """Any JSON value, for whoever checks it by itself later."""

    def to_internal_value(self, data: Any) -> Any:
        """Return it as it is."""
        return data


class Amount(serializers.Field[Any, Any, Any, Any]):
    """An exact amount of money: a JSON string of digits, with at most four decimals."""

    def to_internal_value(self, data: Any) -> Decimal:
        """Take plain ASCII decimals in a string; floats are not exact."""
        if not isinstance(data, str) or not AMOUNT.fullmatch(data):
            raise serializers.ValidationError(
                "This must be a string such as '12.50': up to 12 digits, and up to 4 decimals after a point."
            )
        return Decimal(data)

    def to_representation(self, value: Decimal) -> str:
        """Return the digits as they are."""
        return str(value)


class Id(serializers.Field[Any, Any, Any, Any]):
    """A UUID in its canonical form."""

    def to_internal_value(self, data: Any) -> UUID:
        """Take the form with four hyphens only."""
        if not isinstance(data, str) or not CANONICAL_UUID.fullmatch(data):
            raise serializers.ValidationError("This must be a UUID such as '01890a5d-ac96-774b-bcce-b302099a8057'.")
        return UUID(data)

    def to_representation(self, value: UUID) -> str:
        """Return the canonical form."""
        return str(value)
