"""The event log: everything that has happened, newest first, to be looked at only."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django import forms

from config.dashboard.asked import Asked, Checked
from config.dashboard.event_search import COPY, LOG, Found, Source, Wanted, find
from config.dashboard.page import DOWN, Page
from gate import checks
from gate.checks import Check, described
from orders_read.reading import TooSlow
from orders_write.domain.events import EVENT_TYPES

T = TypeVar("T")
_TYPES = [(event_type.__name__, event_type.__name__) for event_type in EVENT_TYPES]
_SLOW = (
    "The search took too long and was given up. Try again (what it has read is at hand now), choose a shorter time, or "
    "name the order."
)


@described(type="integer")
def _position(value: str) -> int:
    if not re.fullmatch("[0-9]{1,18}", value):
        raise ValueError("This must be a position of the log, a whole number.")
    return int(value)


@described(type="string")
def _moment(value: str) -> datetime:
    """Check a time as browsers write it, without an offset: it is in UTC; one with an offset is taken as well."""
    try:
        whole = f"{value}:00" if value.count(":") == 1 else value
        found: datetime = checks.moment(f"{whole}Z")
    except ValueError:
        found = checks.moment(value)
    return found


def _field(label: str, check: Check, widget: type[forms.Widget] = forms.TextInput, **attributes: str) -> Checked:
    return Checked(check, label=label, widget=widget(attrs=attributes))


class EventFilter(Asked):
    """The filters of the log."""

    type = forms.MultipleChoiceField(choices=_TYPES, required=False, label="Types", widget=forms.CheckboxSelectMultiple)
    stream = _field("Order", checks.identifier, placeholder="its id")
    actor = _field("Actor", checks.text(200), placeholder="exactly")
    correlation = _field("Correlation", checks.identifier, placeholder="its id")
    since = _field("Recorded from (UTC)", Check(_moment, {}), type="datetime-local", step="1")
    until = _field("Recorded before (UTC)", Check(_moment, {}), type="datetime-local", step="1")
    before = _field("Before", _position, forms.HiddenInput)
    after = _field("After", _position, forms.HiddenInput)

    def wanted(self) -> Wanted:
        """Return what is asked for; everything that is not wrong."""
        asked = dict(self.cleaned_data)
        types = tuple(asked.pop("type", ()))
        return Wanted(types=types, **asked)


class LogPage(Page):
    """A page that asks the log, and the log's copy in the read database while that does not answer."""

    permission_required = "orders_write.view_event"
    source: Source = LOG

    def ask_log(self, ask: Callable[[Source], T], instead: T) -> T:
        """Return what a question answers; the page says which of the two it was asked of."""
        try:
            return ask(LOG)
        except DOWN:
            self.source = COPY
            self.missing.append("the log itself, in the write database")
            answer: T = self.part("its copy, in the read database", lambda: ask(COPY), instead)
            return answer


class EventLog(LogPage):
    """Every event, filtered by what stands in the address."""

    name = "events"
    title = "Event log"
    template_name = "dashboard/events.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show a page of events, and how far they were looked for."""
        form = EventFilter(self.request)
        found, slow = self._found(form.wanted()) if form.is_valid() else (None, "")
        return super().get_context_data(
            form=form, found=found, slow=slow, source=self.source, filtered=any(form.data.values()), **kwargs
        )

    def _found(self, wanted: Wanted) -> tuple[Found | None, str]:
        try:
            return self.ask_log(lambda source: find(source, wanted), None), ""
        except TooSlow:
            return None, _SLOW
