"""Reports: what was sold in a period, by day, month, country and product; one currency at a time, never added up."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.dashboard import sales_period, sales_table
from config.dashboard.asked import Asked, Checked, Choice, reader
from config.dashboard.page import DOWN, Page
from config.dashboard.sales_period import NAMES
from config.dashboard.sales_report import PRODUCT, Report, summed
from gate import checks
from gate.checks import text
from orders_read import answers
from orders_read.queries import PRODUCTS_BY, SALES_BY
from orders_read.rows import Row

TABS = [*((by, f"By {by}") for by in SALES_BY), (PRODUCT, "By product")]
MOST = 100
TILES = {
    "net": "Net sales", "orders": "Orders", "units": "Units", "cancelled": "Cancelled", "refunded": "Refunded",
}  # fmt: skip


class SalesFilter(Asked):
    """Which report, of which period, in which currency."""

    period = Choice(list(NAMES.items()), widget=forms.HiddenInput)
    first = Checked(checks.day, label="From (UTC)", widget=forms.DateInput(attrs={"type": "date"}))
    last = Checked(checks.day, label="To (UTC)", widget=forms.DateInput(attrs={"type": "date"}))
    by = Choice(TABS, widget=forms.HiddenInput)
    currency = Checked(text(3), widget=forms.HiddenInput)
    country = Checked(text(100), widget=forms.HiddenInput)
    product = Checked(text(64), widget=forms.HiddenInput)
    top = Choice([(by, by) for by in PRODUCTS_BY], widget=forms.HiddenInput)
    format = Choice([("html", "HTML"), ("csv", "CSV")], widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Add the `days` that were chosen: whole months where products are summed up."""
        found: dict[str, Any] = self.cleaned_data
        if self.errors:
            return found
        try:
            days = sales_period.chosen(found["period"], found["first"], found["last"])
            found["days"] = days.in_months if found["by"] == PRODUCT else days
        except (ValueError, OverflowError) as error:
            self.add_error("first", str(error))
        return found


class Sales(Page):
    """The reports, each as charts, a table and a CSV file."""

    name = "sales"
    title = "Sales"
    template_name = "dashboard/sales.html"
    permission_required = "orders_read.view_orderview"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer with the page, or with what it shows as a file."""
        self.form = SalesFilter(request)
        if self.form.is_valid() and self.form.cleaned_data["format"] == "csv":
            try:
                return _file(Report(self.form.cleaned_data, reader(request)))
            except DOWN:
                self.form.add_error(None, "The file cannot be made now: the read database does not answer. Try again.")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the report; the form alone when something is wrong with it."""
        asked = self.form.cleaned_data if not self.form.errors else None
        shown: dict[str, Any] = self.part("the report", lambda: self._shown(asked), {}) if asked else {}
        choices = {"tabs": TABS, "periods": NAMES, "tops": PRODUCTS_BY, "most": MOST}
        return super().get_context_data(form=self.form, asked=asked, **choices, **shown, **kwargs)

    def _shown(self, asked: dict[str, Any]) -> dict[str, Any]:
        report = Report(asked, reader(self.request))
        rows, before = list(report.answer(MOST + 1).found), report.before()
        more = report.is_ranking and len(rows) > MOST
        rows = rows[:MOST] if more else rows
        return {
            "report": report,
            "columns": sales_table.columns(report),
            "table": sales_table.table(report, rows, self.request.GET.dict()),
            "totals": [] if more else sales_table.totals(report, rows),
            "more": more,
            "charts": sales_table.charts(report, rows, before) if rows else [],
            "tiles": _tiles(report, before),
        }


def _file(report: Report) -> HttpResponseBase:
    answer = report.answer()
    return answers.streamed_csv(answer, report.body_of, report.columns, f"sales-by-{report.by}")


def _tiles(report: Report, before: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the sums of the period, each with what it was in the period before and by how much it has changed."""
    now, then = report.sums.get(report.currency), summed(before).get(report.currency, {})
    if now is None:
        return []
    return [
        {"name": name, "title": title, "now": now[name], "then": then.get(name, 0), "change": _change(name, now, then)}
        for name, title in TILES.items()
    ]


def _change(name: str, now: Row, then: Row) -> str:
    """Return by how many percent a figure has grown; nothing when there was none."""
    before = then.get(name, 0)
    return f"{(now[name] - before) / before * 100:+,.0f} %" if before > 0 else ""
