"""The filters of the list of orders: a form in the query string, checked as the API checks its parameters."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from gate import checks
from gate.checks import Check
from gate.problems import Problem
from gate.tokens import Actor
from orders_read import filters, parameters
from orders_read.queries import FULFILLMENT_STATUSES, ORDER_STATUSES, PAYMENT_STATUSES, STATUSES, SearchOrders

_DAYS = ("created_from", "created_to")
_CHECKS: Mapping[str, Check] = parameters.SEARCH | dict.fromkeys(_DAYS, checks.day)
_SORTS = {
    "created_at": "when they were placed", "updated_at": "their last change", "total": "total",
    "relevance": "how well they match",
}  # fmt: skip
_WAYS = {"desc": "newest or largest first", "asc": "oldest or smallest first"}


def _choice(label: str, words: tuple[str, ...] | Mapping[str, str], empty: str = "any") -> forms.CharField:
    named = words if isinstance(words, Mapping) else {word: word.replace("_", " ") for word in words}
    return forms.CharField(
        label=label, required=False, widget=forms.Select(choices=[*([("", empty)] if empty else []), *named.items()])
    )


def _text(label: str, example: str = "", **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"placeholder": example, **attributes} if example else attributes)
    return forms.CharField(label=label, required=False, widget=widget)


class OrderFilters(forms.Form):
    """What orders are wanted; `query` is the question that follows, when every field is right."""

    q = _text("Words", "product, reference, customer, address or id", type="search")
    status = _choice("Status", STATUSES)
    order_status = _choice("Order", ORDER_STATUSES)
    payment_status = _choice("Payment", PAYMENT_STATUSES)
    fulfillment_status = _choice("Fulfillment", FULFILLMENT_STATUSES)
    customer_id = _text("Customer")
    product_id = _text("Product")
    country = _text("Country", "United Kingdom")
    created_from = _text("Placed from (UTC)", type="date")
    created_to = _text("to, inclusive", type="date")
    currency = _text("Currency", "GBP", maxlength="3")
    total_min = _text("Total from", "0.00", inputmode="decimal")
    total_max = _text("to", "100.00", inputmode="decimal")
    sort_by = _choice("Sorted by", _SORTS, empty="")
    sort_order = _choice("", _WAYS, empty="")
    cursor = forms.CharField(required=False, widget=forms.HiddenInput)

    FURTHER = (
        "order_status", "payment_status", "fulfillment_status", "customer_id", "product_id", "country", "created_from",
        "created_to", "currency", "total_min", "total_max",
    )  # fmt: skip

    def __init__(self, given: Mapping[str, Any], actor: Actor) -> None:
        super().__init__({"sort_by": "created_at", "sort_order": "desc", **given}, label_suffix="")
        self.actor, self.query = actor, SearchOrders(actor=actor)
        self.fields["sort_order"].label = "Way"

    @property
    def further(self) -> list[forms.BoundField]:
        """The fields that are folded away until they are needed."""
        return [self[name] for name in self.FURTHER]

    @property
    def is_unfolded(self) -> bool:
        """Whether one of those says something, or is wrong."""
        return any(self[name].value() or self[name].errors for name in self.FURTHER)

    @property
    def asked(self) -> dict[str, str]:
        """What stands in the address, without the place in the list."""
        return {name: value for name in self.fields if name != "cursor" and (value := self[name].value())}

    @property
    def is_filtered(self) -> bool:
        """Whether some orders only are wanted."""
        return filters.is_filtered(self.query) or bool(self.query.q)

    def clean(self) -> dict[str, Any]:
        """Check every field as the API does, then all of them together."""
        given = {name: value for name, value in (super().clean() or {}).items() if value}
        found = {name: self._checked(name, value) for name, value in given.items()}
        if not self.errors:
            self._ask(found)
        return given

    def _checked(self, name: str, value: str) -> Any:
        try:
            return _CHECKS[name](value)
        except ValueError as error:
            self.add_error(name, str(error))
            return None

    def _ask(self, found: dict[str, Any]) -> None:
        try:
            self.query = filters.search_of(found | _moments(found), self.actor)
        except Problem as problem:
            for error in problem.errors:
                self.add_error(error["field"] if error["field"] in self.fields else None, error["detail"])


def _moments(found: Mapping[str, Any]) -> dict[str, datetime]:
    """Return the first moment of the first day, and the first one after the last day."""
    days = {name: found[name] + timedelta(days=name == "created_to") for name in _DAYS if name in found}
    return {name: datetime(day.year, day.month, day.day, tzinfo=UTC) for name, day in days.items()}
