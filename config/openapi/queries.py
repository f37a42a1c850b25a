"""The queries, by view and method: what each takes, and what it answers."""

from typing import Any

from config.openapi import examples, links
from config.openapi.commands import Table
from config.openapi.document import Schema
from config.openapi.headers import headers
from config.openapi.operations import FOUND_HEADERS, QUERY_HEADERS, found_as, query, ref
from config.openapi.problems import not_available, not_found
from orders_read import parameters, shop_views, views

_ORDER_HEADERS = ("ETag", *FOUND_HEADERS)
_MISSING = not_found("order-not-found", more=FOUND_HEADERS)
_PAGES = "By number (`page`, with `total`, exact up to {}) or, to any depth, by cursor: `cursor=*`, then each `next`."
_LISTED, _FOUND = _PAGES.format("10,000, with `product_id` up to 100"), _PAGES.format("100")


def _page(**more: Any) -> dict[str, Any]:
    found = found_as(ref("NumberedPage", "CursorPage"), FOUND_HEADERS, "A page of orders.", examples.PAGE)
    return {"200": found | {"links": links.to(["getFirstOrder"])}, "503": not_available("search-too-slow"), **more}


def _report(body: str, example: Any, columns: tuple[str, ...]) -> dict[str, Any]:
    found = found_as(ref(body), (*FOUND_HEADERS, "Content-Disposition"), "The rows, streamed.", example)
    found["content"]["text/csv"] = {"schema": {"type": "string"}, "example": ",".join(columns) + "\r\n"}
    return {"200": found}


def _documents(*media_types: str) -> dict[str, Any]:
    content = {media_type: {"schema": {"type": "object"}} for media_type in media_types}
    return {"200": {"description": "This description.", "headers": headers(), "content": content}}


QUERIES: Table = {
    (views.OrderList, "GET"): query("listOrders", "queries", _page(), query=parameters.ORDERS, more=_LISTED),
    (views.SearchOrders, "GET"): query(
        "searchOrders",
        "queries",
        _page(),
        query=parameters.SEARCH,
        more='`q` takes words, `"phrases"`, `or`, `-without` and `begins*`, up to 16 of them. ' + _FOUND,
    ),
    (views.OrderDetail, "GET"): query(
        "getOrder",
        "queries",
        {
            "200": found_as(ref("Order"), _ORDER_HEADERS, "The order.", examples.READ),
            "304": {"description": "You have this version already.", "headers": headers(*_ORDER_HEADERS)},
            "404": _MISSING,
        },
        query=parameters.ONE_ORDER,
        headers=(*QUERY_HEADERS, "If-None-Match"),
        more="With `expected_version` at that version or a later one; with `as_of_version` or `as_of` as it was then. "
        "One of the three at a time.",
    ),
    (views.OrderTimeline, "GET"): query(
        "getOrderTimeline",
        "queries",
        {
            "200": found_as(ref("Timeline"), FOUND_HEADERS, "The events.", examples.TIMELINE),
            "404": _MISSING,
        },
        query=parameters.TIMELINE,
    ),
    (views.Customer, "GET"): query(
        "getCustomer",
        "queries",
        {
            "200": found_as(ref("Customer"), FOUND_HEADERS, "The customer.", examples.CUSTOMER),
            "404": not_found("customer-not-found", more=()),
        },
    ),
    (views.CustomerOrders, "GET"): query(
        "listCustomerOrders",
        "queries",
        _page(**{"404": not_found("customer-not-found", more=())}),
        query=parameters.CUSTOMER_ORDERS,
        more=_LISTED,
    ),
    (shop_views.DailySales, "GET"): query(
        "getDailySales",
        "reports",
        _report("DailySales", examples.DAILY_SALES, shop_views.DailySales.columns),
        query=parameters.DAILY_SALES,
        more="`from` and `to` are inside; without them the last 30 days. Up to 366 days. CSV by `format` or `Accept`.",
    ),
    (shop_views.ProductSales, "GET"): query(
        "getProductSales",
        "reports",
        _report("ProductSales", examples.PRODUCT_SALES, shop_views.ProductSales.columns),
        query=parameters.PRODUCT_SALES,
        more="`from` and `to` are inside; without them the last 12 months. Up to 60 months. CSV by `format` or "
        "`Accept`.",
    ),
    (shop_views.Events, "GET"): query(
        "followEvents",
        "log",
        {"200": found_as(ref("Events"), FOUND_HEADERS, "The next events.", examples.FEED)},
        query=parameters.EVENTS,
        more="In the log's order and without gaps. Ask again with `next` as `after`; it does not matter how often.",
    ),
    (shop_views.Projections, "GET"): query(
        "getProjections",
        "log",
        {"200": found_as(ref("Projections"), ("Read-Position",), "The projections.", examples.PROJECTIONS)},
        headers=("Correlation-Id",),
        more="As far as the read side knows.",
    ),
    (Schema, "GET"): query(
        "getSchema",
        "log",
        _documents(*(kind.media_type for kind in Schema.renderer_classes)),
        headers=("Correlation-Id",),
        shared=(406, 429),
        more="The pages at `/api/docs` and `/api/redoc` show it. No token is needed.",
    ),
}
