"""The admin's forms: a new token, and the reason of an action."""

from typing import Any

from django import forms
from django.contrib.admin.helpers import ActionForm

from gate.tokens import OPERATOR, ROLES
from orders_write.models import AccessToken
from orders_write.tokens import MAX_DAYS, actor_named


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who gets a token, what for, and for how long."""

    name = forms.CharField(max_length=64, help_text="Who uses it; every event they cause names them.")
    role = forms.ChoiceField(choices=[(role, role) for role in ROLES], initial=OPERATOR)
    customer_id = forms.CharField(
        max_length=64, required=False, empty_value=None, help_text="Whose orders it opens; for the role customer."
    )
    days = forms.IntegerField(min_value=1, max_value=MAX_DAYS, initial=365, help_text="How long it is valid.")

    class Meta:
        """The other columns are not asked for."""

        model = AccessToken
        fields = ("name", "role", "customer_id")

    def clean(self) -> dict[str, Any]:
        """Check the names, and that role and customer belong together."""
        given = super().clean() or {}
        try:
            self.actor = actor_named(given.get("name", ""), given.get("role", ""), given.get("customer_id"))
        except ValueError as error:
            self.add_error(None, str(error))
        return given


class ReasonForm(ActionForm):
    """An action, and why it is taken."""

    reason = forms.CharField(required=False, max_length=500, label="Reason")
