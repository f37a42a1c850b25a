"""A view without what DRF does for renderers and versions where neither is asked for."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.views import APIView

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_TAKES_JSON = ("*/*", "application/json", "")


class PlainView(APIView):
    """Answers a plain request for JSON with the HttpResponse that its handler makes.

    Who asks, what that role may, how a body is parsed and how errors look is DRF's and the settings', as in any other
    view.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a request; one that wants more than JSON, or that no handler is for, goes all of DRF's way."""
        handler = getattr(self, str(request.method).lower(), None) if request.method in _METHODS else None
        if handler is None or request.META.get("HTTP_ACCEPT", "") not in _TAKES_JSON:
            return super().dispatch(request, *args, **kwargs)
        self.args, self.kwargs, self.headers = args, kwargs, {}
        self.request = asked = self.initialize_request(request, *args, **kwargs)
        try:
            self.perform_authentication(asked)
            self.check_permissions(asked)
            found: HttpResponseBase = handler(asked, *args, **kwargs)
        except Exception as error:
            return self.finalize_response(asked, self.handle_exception(error), *args, **kwargs)
        return found
