"""A view for queries: DRF's, without what it does for renderers and parsers where neither is needed."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.views import APIView

_TAKES_JSON = ("*/*", "application/json", "")


class QueryView(APIView):
    """Answers a plain GET for JSON with what `answers` makes.

    Who asks, what that role may, and how errors look is DRF's and the settings', as in any other view.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a request; one that wants more than JSON, or is no GET, goes all of DRF's way."""
        if request.method != "GET" or request.META.get("HTTP_ACCEPT", "") not in _TAKES_JSON:
            return super().dispatch(request, *args, **kwargs)
        self.args, self.kwargs, self.headers = args, kwargs, {}
        self.request = asked = self.initialize_request(request, *args, **kwargs)
        try:
            self.perform_authentication(asked)
            self.check_permissions(asked)
            found: HttpResponseBase = self.get(asked, *args, **kwargs)  # type: ignore[attr-defined]
        except Exception as error:
            return self.finalize_response(asked, self.handle_exception(error), *args, **kwargs)
        return found
