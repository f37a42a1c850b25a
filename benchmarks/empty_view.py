"""The baseline of HTTP: this project with one DRF view that does nothing (`gunicorn benchmarks.empty_view`)."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Empty(APIView):
    """Asks who is there, as every view does, and answers."""

    may = {"POST": {"operator"}}

    def post(self, request: Request) -> Response:
        """Answer with next to nothing."""
        return Response({"status": "nothing"}, 201)


urlpatterns = [path("api/orders", Empty.as_view())]
settings.ROOT_URLCONF = __name__
application = get_wsgi_application()
