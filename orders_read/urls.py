"""The addresses of the read side; the one it shares with the write side is in config/urls.py."""

from django.urls import path

from orders_read import views

urlpatterns = [
    path("orders/search", views.SearchOrders.as_view()),
    path("customers/<path:customer_id>/orders", views.CustomerOrders.as_view()),
]
