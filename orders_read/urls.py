"""The addresses of the read side; those it shares with the write side are in config/urls.py."""

from django.urls import path

from orders_read import shop_views, views

urlpatterns = [
    path("orders/search", views.SearchOrders.as_view()),
    path("orders/<str:order_id>/timeline", views.OrderTimeline.as_view()),
    path("customers/<path:customer_id>/orders", views.CustomerOrders.as_view()),
    path("customers/<path:customer_id>", views.Customer.as_view()),
    path("reports/daily-sales", shop_views.DailySales.as_view()),
    path("reports/product-sales", shop_views.ProductSales.as_view()),
    path("events", shop_views.Events.as_view()),
    path("projections", shop_views.Projections.as_view()),
]
