"""How the dashboard's templates show numbers, times and states."""

from datetime import UTC, datetime
from decimal import Decimal
from json import dumps
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from orders_read import serializers

register = template.Library()

GOOD, WARN, BAD, INFO, MUTED = "good", "warn", "bad", "info", "muted"
TONES = {
    GOOD: {"active", "done", "ok", "closed", "delivered", "paid", "captured", "live", "fulfilled", "shipped"},
    WARN: {
        "needs rebuild",
        "on_hold",
        "partly_returned",
        "partly_refunded",
        "building",
        "cancelling",
        "paused",
        "waiting",
    },
    BAD: {"halted", "failed", "down", "interrupted", "built by a newer release", "revoked", "poisoned"},
    INFO: {"running", "confirmed", "placed", "authorised", "partly_captured", "partly_shipped", "partly_fulfilled"},
}
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


@register.simple_tag
def badge(word: str, tone: str = "", text: str = "") -> SafeString:
    """Show a state as a word in its colour; the colour follows from the word unless `tone` is given."""
    tone = tone or next((tone for tone, words in TONES.items() if word in words), MUTED)
    return format_html('<span class="db-badge" data-tone="{}">{}</span>', tone, text or str(word).replace("_", " "))


@register.simple_tag
def money(amount: Decimal | str | None, currency: str) -> SafeString | str:
    """Show an amount with its currency after it; nothing is a dash."""
    if amount is None or amount == "":
        return "–"
    exact = Decimal(serializers.amount(amount, currency))
    return format_html('<span class="db-number">{}&nbsp;{}</span>', f"{exact:,f}", currency)


@register.filter
def number(value: float | None) -> str:
    """Show a number with thousands apart; whole ones without, others with one decimal."""
    if value is None:
        return "–"
    if isinstance(value, int) or (value == int(value) and abs(value) < 1e15):
        return f"{int(value):,}"
    return f"{value:,.1f}"


@register.filter
def words(value: Any) -> str:
    """Show a value out of JSON in words: a list with commas, yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


@register.filter
def json(value: object) -> str:
    """Return a value as JSON, for an attribute such as a chart's."""
    return dumps(value)


@register.filter
def seconds(value: float | None) -> str:
    """Show a length of time in its largest fitting unit: `250 ms`, `4.2 s`, `12 min`, `3 h`, `5 d`."""
    if value is None:
        return "–"
    for unit, size in _UNITS:
        if value >= 2 * size:
            return f"{value / size:.0f} {unit}"
    if value >= 1:
        return f"{value:.1f} s"
    return f"{value * 1000:.0f} ms" if value else "0 s"


@register.simple_tag
def when(moment: datetime | str | None) -> SafeString | str:
    """Show a moment in UTC and how long ago it was; the browser keeps the latter current."""
    if not moment:
        return "–"
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    moment = moment.astimezone(UTC)
    ago = (datetime.now(UTC) - moment).total_seconds()
    return format_html(
        '<time class="db-when" datetime="{}">{} UTC <span data-ago>({})</span></time>',
        moment.isoformat(),
        f"{moment:%Y-%m-%d %H:%M:%S}",
        f"{seconds(ago)} ago" if ago >= 0 else f"in {seconds(-ago)}",
    )


@register.simple_tag
def ago(moment: datetime | str | None) -> SafeString | str:
    """Show how long ago a moment was, for where there is little room; when it was stands in its tip."""
    if not moment:
        return "–"
    moment = (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).astimezone(UTC)
    return format_html(
        '<time class="db-when" datetime="{}" title="{}"><span data-ago>({} ago)</span></time>',
        moment.isoformat(),
        f"{moment:%Y-%m-%d %H:%M:%S} UTC",
        seconds(max(0.0, (datetime.now(UTC) - moment).total_seconds())),
    )


@register.simple_tag
def sparkline(values: list[float], label: str, objective: float | None = None) -> SafeString:
    """Draw values as a small line, oldest first, dashed where the objective is; `label` says it in words."""
    highest = max([*values, objective or 0, 1e-9])
    width = 100 / max(1, len(values) - 1)
    points = " ".join(f"{width * n:.1f},{_height(one, highest)}" for n, one in enumerate(values))
    bound: Any = ""
    if objective is not None:
        height = _height(objective, highest)
        bound = format_html('<line x1="0" x2="100" y1="{}" y2="{}" class="db-objective"/>', height, height)
    return format_html(
        '<svg class="db-sparkline" viewBox="0 0 100 30" preserveAspectRatio="none" role="img" aria-label="{}">{}'
        '<polyline points="{}"/></svg>',
        label,
        bound,
        points,
    )


def address_of(page: str, *arguments: Any) -> str:
    """Return the address of a page of the dashboard, nothing where there is no such page."""
    try:
        return reverse(f"admin:{page}", args=arguments)
    except NoReverseMatch:
        return ""


@register.simple_tag
def link_to(page: str, *arguments: Any, text: Any = "") -> SafeString | str:
    """Link to a page of the dashboard by its name and arguments; the text alone where there is no such page."""
    text, address = str(text or arguments[0]), address_of(page, *arguments)
    return format_html('<a href="{}">{}</a>', address, text) if address else text


def _height(value: float, highest: float) -> str:
    return f"{28 - 26 * value / highest:.1f}"
