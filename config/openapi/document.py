"""`/api/schema`: the description of the API, for programs.

Whoever reaches the service may read it: it holds nothing secret, and says itself who may do what.
"""

import threading
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gate.params import read_query
from gate.permissions import May
from gate.tokens import ROLES

_making = threading.Lock()


class Schema(APIView):
    """The description of the API."""

    may: May = {"GET": {*ROLES}}
    authentication_classes = []
    permission_classes = [AllowAny]
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer2, OpenApiYamlRenderer]

    def get(self, request: Request) -> Response:
        """Return this description, as JSON, or as YAML to whoever accepts that."""
        read_query(request, {})
        return Response(description())


def description() -> dict[str, Any]:
    """Return the OpenAPI document: the same for everybody, made once, by one thread, as drf-spectacular needs it."""
    with _making:
        return _description()


@cache
def _description() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return found
