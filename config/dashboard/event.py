"""One event: what it says, what it came from, what came of it, and the rows it touches."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec
from django.http import Http404

from config.dashboard.event_chain import CAUSE, COMMAND, CORRELATED, EFFECT, POSITIONS, VERSIONS, Chain, chain
from config.dashboard.event_rows import ReadModel, decoded, read_models
from config.dashboard.event_search import LOOK, Entry, one
from config.dashboard.events import LogPage
from orders_read.reading import TooSlow
from orders_write import event_codec
from orders_write.event_store import StoredEvent

T = TypeVar("T")
RELATIONS = {
    CAUSE: ("What it came from", "It names no cause: somebody asked for it."),
    COMMAND: ("Other events of the same command", ""),
    EFFECT: ("What came of it", "Nothing nearby names it as its cause."),
    CORRELATED: ("Others of the same correlation", ""),
}


class EventPage(LogPage):
    """An event by its position."""

    name = "event"
    template_name = "dashboard/event.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the event at a position.

        Raises:
            Http404: there is none.
        """
        position: int = kwargs["position"]
        self.title = f"Event {position}"
        find = partial(one, position=position)
        entry: Entry | None = self._in_time("the event", lambda: self.ask_log(find, None))
        if entry is None and not self.missing:
            raise Http404(f"There is no event at position {position}.")
        said = self._said(entry) if entry else {}
        return super().get_context_data(entry=entry, source=self.source, **said, **kwargs)

    def _said(self, entry: Entry) -> dict[str, Any]:
        event = decoded(entry)
        what = "its causes and effects"
        found = self._in_time(what, lambda: self.part(what, lambda: chain(self.source, entry), None))
        return {
            "stored": _pretty(entry.data),
            "chain": found,
            "versions": VERSIONS,
            "positions": POSITIONS,
            "near": entry.position + LOOK // 2,
            "relations": _relations(found) if found else [],
            **(self._understood(entry, event) if isinstance(event, StoredEvent) else {"unreadable": event}),
        }

    def _in_time(self, what: str, ask: Callable[[], T | None]) -> T | None:
        try:
            return ask()
        except TooSlow:
            self.missing.append(f"{what} (looking took too long)")
            return None

    def _understood(self, entry: Entry, event: StoredEvent) -> dict[str, Any]:
        """Return what takes the event itself: its newest form, and the rows it touches."""
        _, newest, upcast = event_codec.encode(event.event)
        models: list[ReadModel] = self.part("the read models", lambda: read_models(event), [])
        is_old = newest != entry.schema_version
        return {"read_models": models, "newest": newest, "upcast": _pretty(upcast) if is_old else ""}


def _relations(found: Chain) -> list[tuple[str, str, list[Entry]]]:
    """Return each relation's heading, what is said when there is nothing, and its events."""
    return [(title, nothing, found.related.get(name, [])) for name, (title, nothing) in RELATIONS.items()]


def _pretty(text: str) -> str:
    return msgspec.json.format(text, indent=2)
