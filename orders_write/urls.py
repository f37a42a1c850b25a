"""The addresses of the write side; those that it shares with the read side are in config/urls.py."""

from django.urls import include, path

from orders_write import fulfillment_views, payment_views, views

_order = [
    path("items", views.OrderItems.as_view()),
    path("items/<str:line>", views.OrderItem.as_view()),
    path("shipping-address", views.ShippingAddress.as_view()),
    path("discounts", views.Discounts.as_view()),
    path("shipping-fee", views.ShippingFee.as_view()),
    path("notes", views.Notes.as_view()),
    path("confirmation", views.Confirmation.as_view()),
    path("payments", payment_views.Payments.as_view()),
    path("fulfillments", fulfillment_views.Fulfillments.as_view()),
    path("fulfillments/<str:fulfillment>", fulfillment_views.Fulfillment.as_view()),
    path("fulfillments/<str:fulfillment>/delivery", fulfillment_views.Delivery.as_view()),
    path("hold", fulfillment_views.Hold.as_view()),
    path("cancellation", views.Cancellation.as_view()),
    path("expiry", views.Expiry.as_view()),
    path("closure", views.Closure.as_view()),
    path("returns", fulfillment_views.Returns.as_view()),
    path("refunds", payment_views.Refunds.as_view()),
]

urlpatterns = [
    path("orders/batch", views.OrderBatch.as_view()),
    path("orders/<str:order_id>/", include(_order)),
]
