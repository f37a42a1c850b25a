"""The audit trail: every administrative action, to look at and to take away, never to change."""

from typing import Any

from django import forms
from django.db import connections
from django.db.models import QuerySet
from django.http import HttpRequest

from config.dashboard import sheets
from config.dashboard.listing import FilterForm, Listing
from orders_write.event_store import WRITE
from orders_write.models import AuditEntry

COLUMNS = ("at", "actor", "address", "action", "target", "reason", "details")
# One step of the index for each action there is, however many entries there are.
_ACTIONS = """
    with recursive one(action) as (
        (select action from audit_entries order by action limit 1)
        union all
        select (select action from audit_entries where action > one.action order by action limit 1)
        from one where one.action is not null
    )
    select action from one where action is not null
"""


def _moment(label: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")
    return forms.DateTimeField(required=False, label=f"{label} (UTC)", widget=widget)


class AuditFilter(FilterForm):
    """Which entries."""

    action = forms.CharField(required=False, max_length=200, widget=forms.TextInput(attrs={"list": "actions"}))
    who = forms.CharField(required=False, max_length=200)
    target = forms.CharField(required=False, max_length=200)
    since, until = _moment("Since"), _moment("Until")


class AuditTrail(Listing):
    """Who did what, when, from where and why."""

    name, title, what = "audit", "Audit trail", "the audit trail"
    template_name = "dashboard/audit.html"
    permission_required = "orders_write.manage_access"
    form_class = AuditFilter

    def found(self, given: dict[str, Any]) -> QuerySet[AuditEntry]:
        """Return the entries that are looked for, the newest first."""
        columns = {"action": "action", "who": "actor", "target": "target", "since": "at__gte", "until": "at__lt"}
        wanted = {column: given[field] for field, column in columns.items() if given[field]}
        return AuditEntry.objects.using(WRITE).filter(**wanted).order_by("-at", "-id")

    def before(self, found: QuerySet[Any], before: int) -> QuerySet[Any]:
        """Return those that come after an entry in the list, by its time."""
        at = AuditEntry.objects.using(WRITE).filter(pk=before).values_list("at", flat=True).first()
        return found.filter(at__lte=at).exclude(at=at, pk__gte=before) if at else found.none()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show the page, or hand over all that is looked for as a file."""
        if request.GET.get("format") != "csv" or not self.form.is_valid():
            return super().get(request, *args, **kwargs)
        found = self.found(self.form.cleaned_data)
        rows = ([getattr(one, column) for column in COLUMNS] for one in found.iterator(chunk_size=1_000))
        return sheets.download("audit-trail.csv", COLUMNS, rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the entries, and which actions there are to look for."""
        actions: list[str] = self.part("the names of actions", _actions, [])
        return super().get_context_data(actions=actions, **kwargs)


def _actions() -> list[str]:
    with connections[WRITE].cursor() as cursor:
        cursor.execute(_ACTIONS)
        return [action for (action,) in cursor.fetchall()]
