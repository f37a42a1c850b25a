"""The addresses of the write side; the one it shares with the read side is in config/urls.py."""

from django.urls import path

from orders_write import views

urlpatterns = [
    path("orders", views.Orders.as_view()),
    path("orders/<str:order_id>/items", views.OrderItems.as_view()),
]
