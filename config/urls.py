"""Every address of the service."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path, register_converter
from django.urls.converters import StringConverter
from django.views.generic import RedirectView

from config import health
from config.dashboard.theme import FAVICON
from config.openapi import document, pages
from orders_read.views import OrderDetail, OrderList
from orders_write.views import CancelOrder
from orders_write.views import Orders as PlaceOrders


class OneOrder(StringConverter):
    """Whatever may stand for an order's id: anything but the names beside it."""

    regex = "(?!search$|batch$)[^/]+"


register_converter(OneOrder, "order")


class Orders(OrderList, PlaceOrders):
    """All orders: the read side answers GET, the write side POST."""

    may = {**OrderList.may, **PlaceOrders.may}


class Order(OrderDetail, CancelOrder):
    """One order: the read side answers GET, the write side DELETE."""

    may = {**OrderDetail.may, **CancelOrder.may}


urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("api/orders", Orders.as_view()),
    path("api/orders/<order:order_id>", Order.as_view()),  # asked for most often: few addresses are compared before it
    path("api/", include("orders_read.urls")),
    path("api/", include("orders_write.urls")),
    path("api/schema", document.Schema.as_view(), name="schema"),
    path("api/docs", pages.SwaggerUI.as_view()),
    path("api/redoc", pages.Redoc.as_view()),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=static(FAVICON))),
]

handler400 = "config.api_errors.bad_request"
handler403 = "config.api_errors.not_allowed"
handler404 = "config.api_errors.not_found"
handler500 = "config.api_errors.server_error"
