"""The baseline of HTTP: this project with one DRF view that does nothing (`gunicorn benchmarks.empty_view`)."""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from rest_framework.request import Request  # noqa: E402  (views ask for the apps)
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class Empty(APIView):
    """Asks who is there, as every view does, and answers."""

    may = {"POST": {"operator"}}

    def post(self, request: Request) -> Response:
        """Answer with next to nothing."""
        return Response({"status": "nothing"}, 201)


urlpatterns = [path("api/orders", Empty.as_view())]
settings.ROOT_URLCONF = __name__
application = get_wsgi_application()
