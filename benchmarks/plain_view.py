"""What `GET /api/orders/{id}` is compared with: Django's usual serializer view of the same row, and a constant.

Served as `benchmarks.plain_view:application`, with the service's settings, middleware, authentication and permission.
"""

import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import path
from rest_framework import generics, serializers

from config.wsgi import application  # noqa: F401
from gate.tokens import AUDITOR, CUSTOMER, OPERATOR
from orders_read.models import OrderView

settings.ROOT_URLCONF = __name__


class OrderSerializer(serializers.ModelSerializer[OrderView]):
    """Every column but the words."""

    class Meta:
        """As DRF's tutorial has it."""

        model = OrderView
        exclude = ("search", "search_text")


class Order(generics.RetrieveAPIView[OrderView]):
    """One order."""

    may = {"GET": {CUSTOMER, OPERATOR, AUDITOR}}
    queryset = OrderView.objects.all()
    serializer_class = OrderSerializer


def constant(request: HttpRequest) -> JsonResponse:
    """Return the same every time."""
    return JsonResponse({"status": "alive"})


urlpatterns: list[Any] = [path("api/orders/<uuid:pk>", Order.as_view()), path("constant", constant)]
sys.modules.setdefault("benchmarks.plain_view", sys.modules[__name__])
