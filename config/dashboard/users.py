"""Users and roles in the dashboard: Django's own, in the theme, on the record, and without a way to rise by oneself."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from config.dashboard import ranks
from config.dashboard.recording import record
from orders_write.event_store import WRITE

PASSWORD_PAGE = "auth_user_password_change"  # noqa: S105 (the name of an address)
_FLAGS = ("is_active", "is_staff", "is_superuser")
_SUPERUSERS_ALONE = ("is_superuser",)
_WHY: Any = ("Why", {"fields": ("reason",)})


class _Reasoned(forms.ModelForm):  # type: ignore[type-arg]
    """Asks why as well."""

    reason = forms.CharField(
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text="Why this is done, such as a ticket; it is kept in the audit trail.",
    )


class NewUserForm(_Reasoned, UserCreationForm):  # type: ignore[misc]
    """A new account."""


class UserForm(_Reasoned, UserChangeForm):  # type: ignore[misc]
    """An account that is there."""


class RoleForm(_Reasoned):
    """A role. What it may do beyond what is offered here stays as it is."""

    def clean_permissions(self) -> QuerySet[Permission]:
        """Return what was ticked, and what was not there to tick."""
        given, offered = self.cleaned_data["permissions"], self.fields["permissions"].queryset  # type: ignore[attr-defined]
        kept = self.instance.permissions.exclude(pk__in=offered.values("pk")) if self.instance.pk else ()
        return Permission.objects.filter(pk__in=[one.pk for one in (*given, *kept)])


class _Recorded(ModelAdmin):  # type: ignore[misc]
    """Managed by those alone who may do as much themselves; whatever is done is in the audit trail."""

    compressed_fields = True
    kind: str
    shares: str
    filter_horizontal = ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep away from those who may do more."""
        return super().has_change_permission(request, obj) and (obj is None or ranks.may_manage(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep away from those who may do more, and from oneself."""
        allowed = super().has_delete_permission(request, obj) and obj != request.user
        return allowed and (obj is None or ranks.may_manage(request.user, obj))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Record what is changed, in the transaction that changes it; of personal data, that it was changed."""
        columns = [name for name in form.changed_data if name not in ("reason", self.shares)]
        if columns or not change:
            flags = {name: form.cleaned_data[name] for name in _FLAGS if name in columns}
            details = {"changed": columns, **flags} if change else flags
            self._record(request, f"{'change' if change else 'make'} {self.kind}", obj, form, **details)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Record what is given and taken."""
        before = set(getattr(form.instance, self.shares).all())
        after = set(form.cleaned_data.get(self.shares, before))
        self.record_shares(request, form, _names(after - before), _names(before - after))
        super().save_related(request, form, formsets, change)

    def record_shares(self, request: HttpRequest, form: Any, given: list[str], taken: list[str]) -> None:
        """Record that roles were given to an account, or permissions to a role."""
        raise NotImplementedError

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Record it, and delete."""
        record(request, f"delete {self.kind}", str(obj))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Record each, and delete them, all or none."""
        with transaction.atomic(using=WRITE):
            for one in queryset:
                record(request, f"delete {self.kind}", str(one))
            super().delete_queryset(request, queryset)

    def _record(self, request: HttpRequest, action: str, obj: Any, form: Any, **details: Any) -> None:
        record(request, action, str(obj), form.cleaned_data.get("reason", ""), **details)


class UserAdmin(_Recorded, DjangoUserAdmin):  # type: ignore[misc,type-arg]
    """Who may sign in, and what for."""

    kind, shares = "user", "groups"
    form, add_form, change_password_form = UserForm, NewUserForm, AdminPasswordChangeForm
    change_user_password_template = "dashboard/set_password.html"  # noqa: S105 (a template)
    list_display = ("username", "email", "roles", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("groups", "is_active", "is_staff", "is_superuser")
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        ("What it may do", {"fields": ("is_staff", "groups")}),
        _WHY,
    )
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Personal info", {"fields": ("first_name", "last_name", "email")}),
        ("What it may do", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
        _WHY,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the roles of all that are listed at once."""
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        """Return the names of the roles."""
        return ", ".join(sorted(group.name for group in user.groups.all())) or "none"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave to superusers alone what would make one."""
        found = super().get_fieldsets(request, obj)
        if request.user.is_superuser:  # type: ignore[union-attr]
            return found
        return [(title, _without(of, _SUPERUSERS_ALONE)) for title, of in found]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Take whoever is made here for staff."""
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Offer the roles that one may give."""
        offered = ranks.grantable_roles(request.user).order_by("name")
        return _ticked(offered, "Roles", "What it may do is what all of its roles may do together.")

    def record_shares(self, request: HttpRequest, form: Any, given: list[str], taken: list[str]) -> None:
        """Record the roles that were given or taken, each by itself."""
        for action, roles in (("give role", given), ("take role", taken)):
            for role in roles:
                self._record(request, action, form.instance, form, role=role)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set a password and record it, or neither."""
        with transaction.atomic(using=WRITE):
            return super().user_change_password(request, id, form_url)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Record a password that was set, which Django tells in no other way."""
        if request.resolver_match and request.resolver_match.url_name == PASSWORD_PAGE:
            record(request, "set password", str(obj))
        return super().log_change(request, obj, message)


class RoleAdmin(_Recorded, DjangoGroupAdmin):  # type: ignore[misc,type-arg]
    """What the holders of a role may do."""

    kind, shares = "role", "permissions"
    form = RoleForm
    list_display = ("name", "holders")
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "permissions"),
                "description": "Whoever holds a role may do all of this. Permissions that you do not have yourself "
                "are not offered.",
            },
        ),
        _WHY,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the holders of all that are listed at once."""
        return super().get_queryset(request).prefetch_related("user_set")

    @admin.display(description="held by")
    def holders(self, role: Group) -> str:
        """Return how many accounts have it."""
        count = len(role.user_set.all())
        return f"{count} user{'' if count == 1 else 's'}"

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        """Offer the permissions that one has."""
        field = _ticked(ranks.offered_to(request.user), "May", "")
        field.label_from_instance = ranks.in_words
        return field

    def record_shares(self, request: HttpRequest, form: Any, given: list[str], taken: list[str]) -> None:
        """Record all permissions that were changed together."""
        if given or taken:
            self._record(request, "change role", form.instance, form, given=given, taken=taken)


def _without(fieldset: Any, fields: Iterable[str]) -> Any:
    return {**fieldset, "fields": [name for name in fieldset["fields"] if name not in fields]}


def _ticked(offered: QuerySet[Any], label: str, help_text: str) -> Any:
    return forms.ModelMultipleChoiceField(
        offered, required=False, label=label, help_text=help_text, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )


def _names(found: Iterable[Any]) -> list[str]:
    return sorted(getattr(one, "codename", None) or str(one) for one in found)


def register() -> None:
    """Put them in the place of Django's own."""
    for model, shown in ((User, UserAdmin), (Group, RoleAdmin)):
        admin.site.unregister(model)
        admin.site.register(model, shown)
