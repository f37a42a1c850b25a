"""The overview: whether everything is all right, and the figures of the moment."""

from typing import Any

from config import health
from config.dashboard import figures, projection_rows
from config.dashboard.page import Page
from config.dashboard.projection_rows import BAD, Row, Trouble
from gate.tokens import AUDITOR, Actor
from orders_read.queries import GetProjections
from orders_read.query_bus import ask
from orders_write import activity
from projections import lag

WORDS = {"write_database": "write database", "read_database": "read database", "broker": "broker"}
_WITHOUT = {
    "write_database": "Commands are refused and sign-ins fail; queries go on.",
    "read_database": "Queries fail; commands go on, and are posted when it is back.",
    "broker": "Wake-ups and what the dashboard asks of workers are lost; commands and queries go on.",
}


class ProjectionsPart(Page):
    """A page with the table of all projections."""

    def servers(self) -> dict[str, str]:
        """Return each server's health, asked once for this page."""
        if not hasattr(self, "_servers"):
            self._servers = health.servers()
        return self._servers

    def rows(self) -> list[Row]:
        """Return a row per projection: without the log as far as the read side knows, without that none."""
        servers = self.servers()
        if servers["read_database"] != "ok":
            self.missing.append("where the projections stand (read database)")
            return []
        if servers["write_database"] == "ok":
            return list(self.part("where the projections stand", lambda: projection_rows.rows(lag.status()), []))
        self.missing.append("the log (write database)")
        asked = GetProjections(actor=Actor(self.request.user.get_username(), AUDITOR))
        return list(self.part("where the projections stand", lambda: projection_rows.rows(ask(asked).found), []))


class Overview(ProjectionsPart):
    """The dashboard's first page."""

    name = "index"
    title = "Overview"
    template_name = "dashboard/overview.html"
    live = ("verdict", "tiles", "projections", "sales-chart", "states-chart", "events-chart")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show what this user may see, as far as the servers answer."""
        may = self.request.user.has_perm
        rows = self.rows() if may("projections.view_rebuild") else []
        shown: dict[str, Any] = {"rows": rows, "servers": self._health(rows), "troubles": self._troubles(rows)}
        shown |= {"days": figures.DAYS, "counted_upto": figures.COUNTED_UPTO}
        if may("orders_read.view_orderview") and self.servers()["read_database"] == "ok":
            shown |= self._orders()
        both = self.servers()["write_database"] == self.servers()["read_database"] == "ok"
        ask_events = figures.events_of_the_last_minute if both else lambda: None
        shown["events_now"] = self.part("events per minute", ask_events, None)
        shown["commands"] = self.part("commands per minute", activity.last_minute, None)
        return super().get_context_data(**shown, **kwargs)

    def _orders(self) -> dict[str, Any]:
        sales = self.part("sales", figures.sales, None)
        states = self.part("orders by state", figures.orders_by_state, [])
        minutes = self.part("events per minute", figures.events_per_minute, [])
        return {
            "sales": sales,
            "sales_chart": sales and sales.chart(),
            "states": states,
            "states_chart": figures.states_chart(states),
            "minutes": minutes,
            "events_chart": figures.events_chart(minutes),
        }

    def _health(self, rows: list[Row]) -> list[tuple[str, str, str]]:
        """Return each part of the service: its name, its state in a word, and more about it."""
        found = [(WORDS[name], "ok" if said == "ok" else "down", "") for name, said in self.servers().items()]
        silent = [row.silent_seconds for row in rows if row.silent_seconds is not None]
        worker = [("worker", *_worker(min(silent, default=None)))] if rows else []
        return [("web", "ok", "this page is its answer"), *worker, *found]

    def _troubles(self, rows: list[Row]) -> list[Trouble]:
        down = [
            Trouble(BAD, f"The {WORDS[name]} does not answer. {_WITHOUT[name]}")
            for name, said in self.servers().items()
            if said != "ok"
        ]
        silent = [row.silent_seconds for row in rows if row.silent_seconds is not None]
        if rows and _worker(min(silent, default=None))[0] != "ok":
            down.append(
                Trouble(BAD, "No worker looks at the projections: start one, or read the log of those there are.")
            )
        return [*down, *projection_rows.troubles(rows)]


def _worker(silent: float | None) -> tuple[str, str]:
    if silent is None:
        return "down", "none has looked yet"
    from django.conf import settings

    state = "ok" if silent <= 2 * settings.SWEEP_SECONDS + 1 else "down"
    return state, f"looked {silent:.0f} s ago"


class Projections(ProjectionsPart):
    """All projections."""

    name = "projections"
    title = "Projections"
    permission_required = "projections.view_rebuild"
    template_name = "dashboard/projections.html"
    live = ("projections",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show a row for each."""
        return super().get_context_data(rows=self.rows(), **kwargs)
