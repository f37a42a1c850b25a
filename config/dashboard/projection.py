"""One projection: where it stands and stood, what holds it up, and what an engineer does about it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from config import health
from config.dashboard import lag_charts, projection_parts, projection_rows
from config.dashboard.page import Page
from config.dashboard.projection_actions import ACTIONS, REFUSALS, form_of
from config.dashboard.projection_dialogs import dialogs
from config.dashboard.projection_rows import Row
from gate.tokens import AUDITOR, Actor
from orders_read.queries import GetProjections
from orders_read.query_bus import ask
from projections import lag, operations, parking, pausing
from projections.projector import Projector
from projections.registry import UnknownProjection, named

OPERATE = "projections.operate_projections"


class Projection(Page):
    """A projection's page; its buttons are forms that say which action they are."""

    name = "projection"
    permission_required = "projections.view_rebuild"
    template_name = "dashboard/projection.html"
    live = ("standing", "rebuild", "held", "compared", "charts", "checkpoints")
    live_seconds = 2

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the projector.

        Raises:
            Http404: there is none of that name.
        """
        super().setup(request, *args, **kwargs)
        try:
            [self.projector] = named([kwargs["projection"]])
        except UnknownProjection as unknown:
            raise Http404(str(unknown)) from unknown
        self.title = f"Projection {self.projector.name}"
        self.sent: tuple[str, Any] | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do what was asked for, after it is on record, and show the page again.

        Raises:
            PermissionDenied: this user may look, and no more.
        """
        if not request.user.has_perm(OPERATE):
            raise PermissionDenied
        action = request.POST.get("action", "")
        if action not in ACTIONS:
            messages.error(request, "There is no such action; use the buttons of this page.")
            return redirect(request.path)
        form = form_of(action, request.POST)
        if not form.is_valid():
            self.sent = action, form
            if "stream" in form.fields:  # its dialog is one of many, and asks for no more than a browser sees to
                messages.error(request, f"{ACTIONS[action].words.capitalize()}: say which stream, and why.")
            return self.render_to_response(self.get_context_data(**kwargs), status=422)
        self._do(action, form)
        return redirect(request.path)

    def _do(self, action: str, form: Any) -> None:
        asked, said = ACTIONS[action], dict(form.cleaned_data)
        target = f"{self.projector.name} {said['stream']}" if "stream" in said else self.projector.name
        details = {name: str(value) for name, value in said.items() if name not in ("reason", "stream")}
        try:
            self.record(asked.words, target, said.get("reason", ""), **details)
            messages.success(self.request, asked.do(self.projector, form, self.request.user.get_username()))
        except REFUSALS as refused:
            messages.error(self.request, str(refused) or type(refused).__name__)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show everything about the projection that the servers tell."""
        projector, servers = self.projector, health.servers()
        both = servers["write_database"] == servers["read_database"] == "ok"
        shown: dict[str, Any] = {"may_operate": self.request.user.has_perm(OPERATE), "projector": projector}
        if both:
            shown["row"] = self.part("where it stands", self._row, None)
            shown["rebuilds"] = self.part("rebuilds", lambda: projection_parts.rebuilds(projector), None)
            shown["log"] = self.part("who holds gaps open", lag.log_status, None)
        else:
            down = [name.replace("_", " ") for name, said in servers.items() if said != "ok"]
            self.missing.append(f"rebuilds and the log ({', '.join(down)})")
        if servers["read_database"] == "ok":
            shown |= self._kept(projector)
            shown.setdefault("row", self.part("where it stands", self._row_without_log, None))
        shown["dialogs"] = dialogs(projector, shown.get("rebuilds"), *self._forms())
        return super().get_context_data(**shown, **kwargs)

    def _row(self) -> Row:
        return projection_rows.rows(one for one in lag.status() if one.projection == self.projector.name)[0]

    def _row_without_log(self) -> Row:
        asked = GetProjections(actor=Actor(self.request.user.get_username(), AUDITOR))
        return projection_rows.rows(one for one in ask(asked).found if one.projection == self.projector.name)[0]

    def _kept(self, projector: Projector) -> dict[str, Any]:
        """Return what the read database alone tells."""
        verification, differences = self.part("comparisons", lambda: projection_parts.compared(projector), (None, []))
        return {
            "held": self.part("held streams", lambda: projection_parts.held(projector), []),
            "shown": projection_parts.SHOWN,
            "skipped": self.part("skipped events", lambda: parking.skipped(projector, projection_parts.SHOWN), []),
            "verification": verification,
            "differences": differences,
            "checkpoints": self.part("checkpoints", lambda: projection_parts.generations(projector), []),
            "paused": self.part("who has paused it", lambda: pausing.paused(projector), None),
            "note": operations.note(projector),
            **self._charts(projector),
        }

    def _charts(self, projector: Projector) -> dict[str, Any]:
        period = lag_charts.Period(self.request.GET or None, auto_id="period-%s")
        hours = int(period.cleaned_data["hours"] or 1) if period.is_valid() else 1
        points = self.part("lag over time", lambda: lag_charts.points(projector, hours), [])
        return {
            "period": period,
            "period_words": lag_charts.HOURS[hours],
            "points": points,
            "summary": lag_charts.summary(points),
            "lag_chart": lag_charts.lag_chart(points, projector.lag_objective.total_seconds()),
            "throughput_chart": lag_charts.throughput_chart(points),
        }

    def _forms(self) -> tuple[dict[str, Any], str]:
        """Return each action's form, and which was sent and refused; that one says what is wrong with it."""
        found: dict[str, Any] = {action: form_of(action) for action in ACTIONS}
        return (found | {self.sent[0]: self.sent[1]}, self.sent[0]) if self.sent else (found, "")
