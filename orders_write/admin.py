"""The tokens in Django's admin: made and revoked there, never edited."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from gate.admin import ReadOnlyAdmin
from orders_write import tokens
from orders_write.forms import ReasonForm, TokenForm
from orders_write.models import AccessToken


@admin.register(AccessToken)
class AccessTokenAdmin(ReadOnlyAdmin):
    """Who may use the API. A token's text is shown once, on the page that answers its making."""

    list_display = ("id", "name", "role", "customer_id", "state", "created_at", "expires_at", "made_by", "revoked_at")
    list_filter = ("role",)
    search_fields = ("name", "customer_id")
    ordering = ("-id",)
    exclude = ("digest", "change")
    actions = ("revoke",)
    action_form = ReasonForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let those make tokens who have Django's permission to add them."""
        return request.user.has_perm("orders_write.add_accesstoken")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Let those revoke tokens who have Django's permission to change them."""
        return request.user.has_perm("orders_write.change_accesstoken")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Ask for what a new token needs; one that is there is shown without a form."""
        return super().get_form(request, obj, change, **({**kwargs, "form": TokenForm} if obj is None else kwargs))

    def save_model(self, request: HttpRequest, obj: AccessToken, form: Any, change: bool) -> None:
        """Make the token; its text goes no further than this request's answer."""
        made_by = f"{request.user.get_username()} in the admin"
        token, text = tokens.make(form.actor, form.cleaned_data["days"], made_by)
        vars(obj).update(vars(token))
        request.token_text = text  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: AccessToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the token, this once; a message would pass it through a cookie."""
        context = {**self.admin_site.each_context(request), "title": "A new token", "token": obj, "opts": self.opts}
        context["text"] = request.token_text  # type: ignore[attr-defined]
        return TemplateResponse(request, "admin/orders_write/accesstoken/made.html", context)

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[AccessToken]) -> None:
        """End the chosen tokens, for a reason that is kept with them and in the admin's own history."""
        reason = request.POST.get("reason", "").strip()
        if not reason:
            self.message_user(request, "Nothing was revoked: say why, in the field beside the action.", messages.ERROR)
            return
        ids = [token.pk for token in queryset]
        for token in tokens.revoke(ids, f"{request.user.get_username()} in the admin", reason):
            self.log_change(request, token, f"Revoked: {reason}")
            self.message_user(request, f"{token} is revoked.", messages.SUCCESS)
