"""What stands in a page's address: each parameter read by a check of the gate, with its message beside the field."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from gate.checks import Check
from gate.tokens import OPERATOR, Actor


class Checked(forms.CharField):
    """A field that may be left empty (None), and else holds what its check reads."""

    def __init__(self, check: Check, **options: Any) -> None:
        super().__init__(**{"required": False, **options})
        self.check = check

    def clean(self, value: Any) -> Any:
        """Return what the text stands for.

        Raises:
            ValidationError: the check's own sentence.
        """
        try:
            return self.check(value) if value else None
        except ValueError as error:
            raise ValidationError(str(error)) from error


class Choice(forms.ChoiceField):
    """A field that holds one of some words, the first where nothing is chosen."""

    def __init__(self, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(**{"required": False, "choices": choices, **options})

    def clean(self, value: Any) -> Any:
        """Return the word.

        Raises:
            ValidationError: there is no such word.
        """
        return super().clean(value) or self.choices[0][0]  # type: ignore[index]


class Asked(forms.Form):
    """The parameters of a page; what is wrong is said, and nothing is looked for then."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.GET, prefix=None, use_required_attribute=False)


def reader(request: HttpRequest) -> Actor:
    """Return the signed-in user as one who asks for anybody's orders; the page has asked whether that is so."""
    return Actor(request.user.get_username(), OPERATOR)
