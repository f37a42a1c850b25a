"""API tokens: which there are, a new one shown once, and an end to one for a reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from config.dashboard.listing import MOST, FilterForm, Listing
from config.dashboard.page import Page
from gate.tokens import AUDITOR, CUSTOMER, OPERATOR, ROLES, SERVICE
from orders_write import tokens
from orders_write.event_store import WRITE
from orders_write.models import AccessToken

_MAY = {
    CUSTOMER: "a customer: its own orders",
    OPERATOR: "an operator: every command, every order",
    SERVICE: "a service: the feed of events alone",
    AUDITOR: "an auditor: sees everything, changes nothing",
}
_STATES: dict[str, dict[str, Any]] = {
    "live": {"revoked_at": None, "expires_at__gt": Now()},
    "expired": {"revoked_at": None, "expires_at__lte": Now()},
    "revoked": {"revoked_at__isnull": False},
    "all": {},
}


class TokenFilter(FilterForm):
    """Which tokens."""

    state = forms.ChoiceField(required=False, choices=[(state, state) for state in _STATES])
    role = forms.ChoiceField(required=False, choices=[("", "every role"), *[(role, role) for role in ROLES]])
    name = forms.CharField(required=False, max_length=64, label="Name contains")


class RevokeForm(forms.Form):
    """Which token ends, and why."""

    token = forms.IntegerField(min_value=1, max_value=MOST, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=500, label="Why", help_text="Kept with the token and in the audit trail.")


class TokenForm(forms.Form):
    """Who gets a token, what for, and for how long."""

    name = forms.CharField(max_length=64, help_text="Who uses it, such as till-3; every event they cause names them.")
    role = forms.ChoiceField(choices=[(role, _MAY[role]) for role in ROLES], initial=OPERATOR, label="For")
    customer_id = forms.CharField(
        max_length=64, required=False, empty_value=None, label="Customer id",
        help_text="Whose orders it opens; for a customer alone.",
    )  # fmt: skip
    days = forms.IntegerField(
        min_value=1, max_value=tokens.MAX_DAYS, initial=365, label="Days", help_text="How long it is valid."
    )
    reason = forms.CharField(
        max_length=500, required=False, label="Why", help_text="Such as a ticket; kept in the audit trail."
    )

    def clean(self) -> dict[str, Any]:
        """Check the names, and that role and customer belong together."""
        given = super().clean() or {}
        if {"name", "role", "customer_id"} <= given.keys():
            try:
                self.actor = tokens.actor_named(given["name"], given["role"], given["customer_id"])
            except ValueError as error:
                self.add_error("customer_id" if "customer" in str(error) else "name", str(error))
        return given


class Tokens(Listing):
    """All tokens; a dialog revokes one."""

    name, title, what = "tokens", "API tokens", "the tokens"
    template_name = "dashboard/tokens.html"
    permission_required = "orders_write.manage_access"
    form_class = TokenFilter

    def found(self, given: dict[str, Any]) -> QuerySet[AccessToken]:
        """Return the live ones unless others are asked for."""
        found = AccessToken.objects.using(WRITE).filter(**_STATES[given["state"] or "live"]).order_by("-id")
        found = found.filter(role=given["role"]) if given["role"] else found
        return found.filter(name__icontains=given["name"]) if given["name"] else found

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Revoke one; with something missing, show its dialog again."""
        form = RevokeForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(refused=form), status=422)
        self._revoke(form.cleaned_data["token"], form.cleaned_data["reason"])
        return HttpResponseRedirect(request.get_full_path())

    def _revoke(self, number: int, reason: str) -> None:
        by = f"{self.request.user.get_username()} in the dashboard"
        with transaction.atomic(using=WRITE):
            revoked = tokens.revoke([number], by, reason)
            for token in revoked:
                self.record("revoke token", str(token), reason)
        if revoked:
            messages.success(self.request, f"The {revoked[0]} is revoked.")
        else:
            messages.warning(self.request, f"Token {number} is not there, or was revoked before; nothing was done.")


class NewToken(Page):
    """A form; its answer shows the token, once: nothing else ever holds its text."""

    name, title = "token_new", "A new API token"
    template_name = "dashboard/token_new.html"
    permission_required = "orders_write.manage_access"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the form, unless there is something else to show."""
        return super().get_context_data(**{"form": TokenForm(), "tokens": reverse("admin:tokens"), **kwargs})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make the token and show it; a redirect would have to carry it through a cookie or an address."""
        form = TokenForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        token, text = self._made(form)
        return self.render_to_response(self.get_context_data(token=token, text=text))

    def _made(self, form: TokenForm) -> tuple[AccessToken, str]:
        days, reason = form.cleaned_data["days"], form.cleaned_data["reason"]
        with transaction.atomic(using=WRITE):
            token, text = tokens.make(form.actor, days, f"{self.request.user.get_username()} in the dashboard")
            self.record("make token", str(token), reason, customer_id=token.customer_id, days=days)
        return token, text
