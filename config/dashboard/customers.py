"""Customers: found by their id, by what they are worth, or by what they ordered last; and each one's own page."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django import forms
from django.http import HttpRequest, HttpResponse

from config.dashboard.asked import Asked, Checked, Choice, reader
from config.dashboard.page import Page
from gate.checks import text
from orders_read import cursors, reading
from orders_read.cursors import NotACursor
from orders_read.listing import Page as Listed
from orders_read.models import CustomerSummary, OrderView
from orders_read.queries import Cursor, GetCustomer, GetCustomerOrders
from orders_read.query_bus import ask
from orders_read.rows import Row

MOST, NEWEST = 100, 1_000
VALUE, RECENT = "value", "recent"
_CURRENCIES = """
    with recursive found (currency) as (
        select min(currency) from customer_summaries
        union all
        select (select min(currency) from customer_summaries where currency > found.currency)
        from found where found.currency is not null
    )
    select currency from found where currency is not null
"""


class CustomerFilter(Asked):
    """The filters of the list."""

    id = Checked(text(64), label="Customer id begins with")
    sort = Choice([(RECENT, "ordered last"), (VALUE, "worth most")], label="First those who")
    currency = Choice([], label="Currency")

    def __init__(self, request: HttpRequest, currencies: list[str]) -> None:
        super().__init__(request)
        choices: Any = [(currency, currency) for currency in currencies] or [("", "–")]
        self.fields["currency"].choices = choices  # type: ignore[attr-defined]


class Customers(Page):
    """Customers, at most MOST of them."""

    name = "customers"
    title = "Customers"
    template_name = "dashboard/customers.html"
    permission_required = "orders_read.view_orderview"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the customers who are asked for."""
        form = CustomerFilter(self.request, self.part("the currencies", currencies, []))
        asked = form.cleaned_data if form.is_valid() else None
        found: list[CustomerSummary] = self.part("the customers", lambda: _list(asked), []) if asked else []
        return super().get_context_data(form=form, asked=asked, found=found, most=MOST, newest=NEWEST, **kwargs)


def currencies() -> list[str]:
    """Return the currencies that customers have ordered in; each costs a look into an index."""
    return [currency for (currency,) in reading.fetch(reading.a_server(), _CURRENCIES, [], prepared=True)]


def _list(asked: Mapping[str, Any]) -> list[CustomerSummary]:
    if asked["id"]:
        return _beginning_with(asked["id"])
    return _most_valuable(asked["currency"]) if asked["sort"] == VALUE else _recent()


def _beginning_with(prefix: str) -> list[CustomerSummary]:
    """Return the customers whose ids begin so, by id."""
    found = _summaries().filter(customer_id__startswith=prefix)
    return list(found.order_by("customer_id", "currency")[:MOST])


def _most_valuable(currency: str) -> list[CustomerSummary]:
    return list(_summaries().filter(currency=currency).order_by("-lifetime_value", "customer_id")[:MOST])


def _recent() -> list[CustomerSummary]:
    """Return those of the newest orders, in their order."""
    newest = OrderView.objects.using(reading.a_server()).order_by("-created_at", "-order_id")
    of_orders = newest.values_list("customer_id", "currency")[:NEWEST]
    keys = list(dict.fromkeys(key for key in of_orders if key[0] is not None))[:MOST]
    by_key = {(one.customer_id, one.currency): one for one in _summaries().filter(pk__in=keys)} if keys else {}
    return [by_key[key] for key in keys if key in by_key]


def _summaries() -> Any:
    return CustomerSummary.objects.using(reading.a_server())


class OrdersFilter(Asked):
    """Where in a customer's orders the page begins."""

    cursor = Checked(text(1_000), label="Cursor", widget=forms.HiddenInput)


class Customer(Page):
    """One customer: what was ordered, by currency, and the orders."""

    name = "customer"
    title = "Customer"
    template_name = "dashboard/customer.html"
    permission_required = "orders_read.view_orderview"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the customer; the page of one whom nobody knows is not found."""
        response = super().get(request, *args, **kwargs)
        if response.context_data["unknown"]:  # type: ignore[attr-defined]
            response.status_code = 404
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the sums and a page of the orders."""
        form, orders = OrdersFilter(self.request), None
        summaries: list[Row] = []
        if known := _clean(kwargs["customer_id"]):
            asked = GetCustomer(actor=reader(self.request), customer_id=known)
            summaries = self.part("what the customer has ordered", lambda: ask(asked).found, [])
            orders = self.part("the customer's orders", lambda: self._orders(known, form), None)
        unknown = not summaries and not self.missing and not (orders and orders["found"].orders)
        return super().get_context_data(summaries=summaries, orders=orders, form=form, unknown=unknown, **kwargs)

    def _orders(self, customer_id: str, form: OrdersFilter) -> dict[str, Any]:
        query = GetCustomerOrders(actor=reader(self.request), customer_id=customer_id, cursor=Cursor())
        form.is_valid()
        query = _at(query, form)
        page: Listed = ask(query).found
        return {"found": page, **{name: cursors.text_of(query, getattr(page, name)) for name in ("next", "previous")}}


def _at(query: GetCustomerOrders, form: OrdersFilter) -> GetCustomerOrders:
    """Return the question from its cursor on; from the beginning when that is none of its own."""
    try:
        cursor = form.cleaned_data.get("cursor")
        return msgspec.structs.replace(query, cursor=cursors.read(query, cursor)) if cursor else query
    except NotACursor:
        form.add_error("cursor", "The address names no place in this list; this is its beginning.")
        return query


def _clean(customer_id: str) -> str | None:
    try:
        found: str = text(64)(customer_id)
        return found
    except ValueError:
        return None
