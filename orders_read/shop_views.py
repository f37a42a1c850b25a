"""The queries about the whole shop over HTTP: reports, the feed, and where the projections stand."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from gate.consistency import token_of
from gate.permissions import May
from gate.plain_view import PlainView
from gate.tokens import AUDITOR, OPERATOR, SERVICE
from orders_read import answers, filters
from orders_read.query_bus import Answer, ask
from orders_read.reports import DAILY_SALES, PRODUCT_SALES
from orders_read.rows import Row
from orders_read.serializers import daily_sales_body, product_sales_body

STAFF: May = {"GET": {OPERATOR, AUDITOR}}


class CSVRenderer(JSONRenderer):
    """Lets a caller ask for CSV by `Accept`; the rows are streamed elsewhere, and problems stay JSON."""

    media_type, format = "text/csv", "csv"


class _Report(APIView):
    """Rows as JSON or CSV: by `format`, else by `Accept`."""

    may: May = STAFF
    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer, CSVRenderer)
    columns: ClassVar[tuple[str, ...]]
    body_of: ClassVar[Callable[[Row], Row]]

    def _answer(self, request: Request, answer: Answer, wanted: str, name: str) -> HttpResponseBase:
        body_of: Any = type(self).body_of
        if (wanted or request.accepted_renderer.format) == "csv":
            return answers.streamed_csv(answer, body_of, self.columns, name)
        return answers.streamed_json(answer, body_of)


class DailySales(_Report):
    """What was sold, called off, returned and refunded, day by day."""

    columns, body_of = DAILY_SALES, daily_sales_body

    def get(self, request: Request) -> HttpResponseBase:
        """Return the rows of some days."""
        query, wanted = filters.daily_sales(request)
        return self._answer(request, ask(query, filters.wish(request)), wanted, query.read_model)


class ProductSales(_Report):
    """What each product brought, month by month."""

    columns, body_of = PRODUCT_SALES, product_sales_body

    def get(self, request: Request) -> HttpResponseBase:
        """Return the rows of some months."""
        query, wanted = filters.product_sales(request)
        return self._answer(request, ask(query, filters.wish(request)), wanted, query.read_model)


class Events(PlainView):
    """The log, as other systems follow it."""

    may: May = {"GET": {SERVICE, AUDITOR}}

    def get(self, request: Request) -> HttpResponseBase:
        """Return the events after a token; with `Prefer: wait`, wait for one when there is none yet."""
        answer = ask(filters.events(request), filters.wish(request))
        found = answer.found
        body = {"events": found.events, "next": token_of(found.next), "has_more": found.has_more, "held": found.held}
        return answers.json(answer, body)


class Projections(PlainView):
    """The projections, for those who run the service."""

    may: May = STAFF

    def get(self, request: Request) -> HttpResponseBase:
        """Return where each stands, as far as the read side knows."""
        answer = ask(filters.projections(request))
        return answers.json(answer, {"projections": answer.found})
