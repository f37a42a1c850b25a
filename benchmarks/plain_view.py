"""What `GET /api/orders/{id}` is compared with: Django's usual serializer view of the same row, and a constant.

Served as `benchmarks.plain_view:application`, with the service's settings, middleware, authentication and permission.
"""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.conf import settings  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import generics, serializers  # noqa: E402

from gate.tokens import AUDITOR, CUSTOMER, OPERATOR  # noqa: E402
from orders_read.models import OrderView  # noqa: E402

settings.ROOT_URLCONF = __name__


class OrderSerializer(serializers.ModelSerializer):
    """Every column but the words."""

    class Meta:
        """As DRF's tutorial has it."""

        model = OrderView
        exclude = ("search", "search_text")


class Order(generics.RetrieveAPIView):
    """One order."""

    may = {"GET": {CUSTOMER, OPERATOR, AUDITOR}}
    queryset = OrderView.objects.all()
    serializer_class = OrderSerializer


def constant(request: HttpRequest) -> JsonResponse:
    """Return the same every time."""
    return JsonResponse({"status": "alive"})


urlpatterns: list[Any] = [path("api/orders/<uuid:pk>", Order.as_view()), path("constant", constant)]
