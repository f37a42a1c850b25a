"""The list of orders, and the file of what is in it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.safestring import mark_safe

from config.dashboard.links import actor, address
from config.dashboard.order_changes import text
from config.dashboard.order_filters import OrderFilters
from config.dashboard.page import DOWN, Page
from orders_read import answers, cursors
from orders_read.consistency import Wish
from orders_read.listing import Page as Found
from orders_read.queries import SORT_FIELDS, Cursor, SearchOrders
from orders_read.query_bus import Answer, ask
from orders_read.reading import TooSlow
from orders_read.rows import Row
from orders_read.serializers import order_body

MAY_SEE = "orders_read.view_orderview"
EXPORTED = (
    "order_id", "reference", "customer_id", "status", "order_status", "payment_status", "fulfillment_status",
    "currency", "subtotal", "discount", "shipping_fee", "total", "authorised", "captured", "refunded", "item_count",
    "unit_count", "country", "created_at", "updated_at", "confirmed_at", "shipped_at", "delivered_at", "closed_at",
    "version",
)  # fmt: skip
PAGE_SIZE, EXPORTED_AT_ONCE = 25, 500
NO_WAIT = Wish(wait=0)


class Sort(NamedTuple):
    """A column's heading: where its sorting leads to, and how the list is sorted by it now, if it is."""

    address: str
    now: str


class Orders(Page):
    """Orders, found by words and filters, newest first unless they are sorted otherwise."""

    name, title = "orders", "Orders"
    template_name = "dashboard/orders.html"
    permission_required = MAY_SEE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Answer what the filters in the address ask."""
        form = OrderFilters(self.request.GET.dict(), actor(self.request))
        found = self.part("the orders", lambda: _asked(form), None) if form.is_valid() else None
        orders = [_with_place(order) for order in found.orders] if found else []
        said = {"form": form, "found": found, "orders": orders, "sorts": _sorts(form)}
        return super().get_context_data(**said, **self._addresses(form, found), **kwargs)

    def _addresses(self, form: OrderFilters, found: Found | None) -> dict[str, str]:
        places = {way: getattr(found, way) if found else None for way in ("previous", "next")}
        pages = {way: _address(form, cursor) for way, cursor in places.items() if cursor}
        return pages | {"export": address("orders_export", **form.asked) if form.is_valid() else ""}


class OrdersExport(Page):
    """All orders that the filters let through, as CSV: by when they were placed, the newest first or the oldest."""

    name, title = "orders_export", "Orders"
    template_name = "dashboard/orders.html"
    permission_required = MAY_SEE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Return the file, read and sent some orders at a time; the list with its messages when a filter is wrong."""
        form = OrderFilters(request.GET.dict(), actor(request))
        try:
            first = _page(form.query, Cursor()) if form.is_valid() else None
        except TooSlow as error:
            form.add_error("q", str(error))
            first = None
        except DOWN as error:
            return self._refused(form, 503, [f"the orders ({type(error).__name__})"])
        return self._refused(form, 400, []) if first is None else exported(form.query, first)

    def _refused(self, form: OrderFilters, status: int, missing: list[str]) -> HttpResponseBase:
        self.missing = missing
        said = self.get_context_data(form=form, orders=[], sorts=_sorts(form))
        return self.render_to_response(said, status=status)


def exported(query: SearchOrders, first: Answer) -> StreamingHttpResponse:
    """Return the file of a question whose first page is there; the next pages are read as they are sent."""
    found = msgspec.structs.replace(first, found=_following(query, first.found))
    return answers.streamed_csv(found, _exported_row, EXPORTED, "orders")


def _following(query: SearchOrders, page: Found) -> Iterator[Row]:
    yield from page.orders
    while page.next is not None:
        page = _page(query, page.next).found
        yield from page.orders


def _page(query: SearchOrders, cursor: Cursor) -> Answer:
    """Answer one page of a file: by when orders were placed, because only so a list of any length is complete."""
    wanted = {"sort_by": "created_at", "page_size": EXPORTED_AT_ONCE, "cursor": cursor}
    return ask(msgspec.structs.replace(query, **wanted), NO_WAIT)


def _exported_row(order: Row) -> Row:
    body = order_body(order)
    return body | {"country": body["shipping_address"]["country"]}


def _asked(form: OrderFilters) -> Found | None:
    """Return the page that is asked for; None, with a message at the words, when it would take too long."""
    query = msgspec.structs.replace(form.query, page_size=PAGE_SIZE)
    try:
        found: Found = ask(query, NO_WAIT).found
    except TooSlow as error:
        form.add_error("q", str(error))
        return None
    return found


def _with_place(order: Row) -> Row:
    # The words around what was found come escaped (finding.py), with <mark> as their only element.
    headline = mark_safe(order.get("headline", ""))  # noqa: S308
    customer = address("customer", order["customer_id"]) if order["customer_id"] else ""
    place = {"headline": headline, "address": address("order", order["order_id"]), "customer_address": customer}
    words = [text(order[name]) for name in ("order_status", "payment_status", "fulfillment_status")]
    return order_body(order) | place | {"states": ", ".join(words).replace("none", "no payment")}


def _address(form: OrderFilters, cursor: Cursor) -> str:
    return address("orders", **form.asked | {"cursor": cursors.text_of(form.query, cursor)})


def _sorts(form: OrderFilters) -> dict[str, Sort]:
    """Return the headings by which a list is sorted; the one that it is sorted by turns its order round."""
    asked, now = form.asked, (form["sort_by"].value(), form["sort_order"].value())
    found = {}
    for column in SORT_FIELDS:
        way = "asc" if now == (column, "desc") else "desc"
        shown = {"asc": "ascending", "desc": "descending"}.get(now[1], "") if now[0] == column else ""
        found[column] = Sort(address("orders", **asked | {"sort_by": column, "sort_order": way}), shown)
    return found
