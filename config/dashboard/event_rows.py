"""Which rows of which read model an event touches, as they are now, and whether the read model has come to it."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Min, Q

from config.dashboard.event_search import Entry
from config.dashboard.tags import address_of
from orders_read import reading
from orders_read.models import Checkpoint
from orders_write import event_store
from orders_write.event_codec import UnknownEventType
from orders_write.event_store import StoredEvent
from projections.models import ParkedEvent, SkippedEvent
from projections.projector import Key, Projector, key_columns
from projections.registry import PROJECTORS
from projections.rows import READ

MOST = 20
_LEFT_OUT = {"search_text"}
_TONES = {"posted": "good", "waiting": "warn", "parked": "bad", "skipped": "muted"}


class Touched(msgspec.Struct, frozen=True):
    """A row by its key, the page that shows it (if there is one), and its columns as they are now; none: no row."""

    key: list[tuple[str, str]]
    address: str
    row: list[tuple[str, str]]


class ReadModel(msgspec.Struct, frozen=True):
    """What an event is to one read model: `state` is posted, waiting, parked or skipped."""

    name: str
    state: str
    rows: list[Touched]
    more: int

    @property
    def tone(self) -> str:
        """The colour of the state."""
        return _TONES[self.state]


def decoded(entry: Entry) -> StoredEvent | str:
    """Return the event as this release understands it, or why it does not."""
    if entry.metadata is None:
        return "Its metadata are not what an event has."
    kept = (entry.event_type, entry.schema_version, entry.data, msgspec.json.encode(entry.metadata).decode())
    try:
        return event_store.from_row(entry.position, entry.stream_id, entry.version, *kept, entry.recorded_at)
    except UnknownEventType as error:
        return str(error)
    except (msgspec.DecodeError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        return f"Its JSON is not that of an event of this type: {type(error).__name__}: {error}"


def read_models(stored: StoredEvent) -> list[ReadModel]:
    """Return what the event is to each read model that it concerns; one question for each, and three more."""
    came, source = _came(), reading.a_server()
    set_aside = _set_aside(stored.position)
    found = []
    for projector in PROJECTORS:
        if keys := list(projector.keys(stored)):
            posted = "posted" if came.get(projector.name, 0) >= stored.position else "waiting"
            state = set_aside.get(projector.name, posted)
            rows = _touched(projector, keys[:MOST], source)
            found.append(ReadModel(projector.name, state, rows, max(0, len(keys) - MOST)))
    return found


def _came() -> dict[str, int]:
    """Return how far each read model has come: its hindmost partition."""
    live = Checkpoint.objects.using(READ).filter(state__in=("active", "halted"))
    return dict(live.values_list("projection").annotate(Min("position")))


def _set_aside(position: int) -> dict[str, str]:
    skipped = SkippedEvent.objects.using(READ).filter(position=position).values_list("projection", flat=True)
    parked = ParkedEvent.objects.using(READ).filter(position=position).values_list("projection", flat=True)
    return dict.fromkeys(skipped, "skipped") | dict.fromkeys(parked, "parked")


def _touched(projector: Projector, keys: Iterable[Key], source: str) -> list[Touched]:
    names = key_columns(projector.model)
    keyed = [dict(zip(names, key, strict=True)) for key in keys]
    either = Q()
    for key in keyed:
        either |= Q(**key)
    rows = projector.model._default_manager.using(source).filter(either).values(*_columns(projector))
    by_key = {tuple(row[name] for name in names): row for row in rows}
    return [_row(projector.name, key, by_key.get(tuple(key.values()), {})) for key in keyed]


def _row(name: str, key: dict[str, Any], row: dict[str, Any]) -> Touched:
    return Touched(_shown(key), _address(name, key), _shown(row))


def _shown(columns: dict[str, Any]) -> list[tuple[str, str]]:
    """Return columns with their values as the page shows them: JSON as it is written, nothing as a dash."""
    shown = {name: msgspec.json.encode(value).decode() for name, value in columns.items() if _is_json(value)}
    return [(name, shown.get(name, "–" if value is None else str(value))) for name, value in columns.items()]


def _is_json(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _columns(projector: Projector) -> list[str]:
    fields = [field for field in projector.model._meta.concrete_fields if not isinstance(field, SearchVectorField)]
    return [field.attname for field in fields if field.attname not in _LEFT_OUT and field.column]


def _address(name: str, key: Mapping[str, Any]) -> str:
    match name:
        case "customer_summaries":
            return address_of("customer", key["customer_id"])
        case "daily_sales":
            return _report(by="country", first=key["day"], last=key["day"], currency=key["currency"])
        case "product_sales":
            month = key["month"]
            return _report(by="product", first=month, last=month, currency=key["currency"], product=key["product_id"])
        case _:
            return address_of("order", key["order_id"])


def _report(**asked: Any) -> str:
    address = address_of("sales")
    return address and f"{address}?{urlencode(asked)}"
