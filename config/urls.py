"""Every address of the service."""

from django.contrib import admin
from django.urls import include, path

from config import health
from config.openapi import document, pages
from orders_read.views import OrderDetail, OrderList
from orders_write.views import CancelOrder
from orders_write.views import Orders as PlaceOrders


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
    path("api/", include("orders_read.urls")),
    path("api/", include("orders_write.urls")),
    path("api/orders/<str:order_id>", Order.as_view()),
    path("api/schema", document.Schema.as_view(), name="schema"),
    path("api/docs", pages.SwaggerUI.as_view()),
    path("api/redoc", pages.Redoc.as_view()),
    path("admin/", admin.site.urls),
]

handler400 = "config.api_errors.bad_request"
handler404 = "config.api_errors.not_found"
handler500 = "config.api_errors.server_error"
