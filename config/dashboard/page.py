"""What every page of the dashboard has: who may see it, its frame, and parts that may be missing."""

from collections.abc import Callable
from typing import Any, ClassVar

import redis.exceptions
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db import DatabaseError, InterfaceError
from django.views.generic import TemplateView
from kombu.exceptions import OperationalError as BrokerError
from psycopg_pool import PoolTimeout

from config.dashboard import recording

DOWN = (DatabaseError, InterfaceError, PoolTimeout, redis.exceptions.RedisError, BrokerError, ConnectionError)


class Page(PermissionRequiredMixin, TemplateView):
    """One page below /admin/, for staff who have `permission_required`.

    `name` is the name of its address (`admin:<name>`). `live` names the parts, by the ids of their elements, that
    renew themselves every `live_seconds`; a page without any stays as it was when it was opened. A part that could not
    be had is shown as missing: see `part`.
    """

    site: Any = None
    name: ClassVar[str]
    title: str = ""
    raise_exception = True
    permission_required: Any = ()
    live: ClassVar[tuple[str, ...]] = ()
    live_seconds: ClassVar[int] = 5

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Begin with nothing missing."""
        super().setup(request, *args, **kwargs)
        self.missing: list[str] = []

    def part(self, what: str, ask: Callable[[], Any], instead: Any) -> Any:
        """Return what a question answers, or `instead` when a server is down; the page then says that it is missing.

        Args:
            what: the part in words, such as "the log's head".
            ask: the question.
            instead: what the template gets when there is no answer.
        """
        try:
            return ask()
        except DOWN as error:
            self.missing.append(f"{what} ({type(error).__name__})")
            return instead

    def record(self, action: str, target: str, reason: str = "", **details: Any) -> None:
        """Write what this request is about to do into the audit trail.

        Raises:
            NotRecorded: it could not be written, so nothing must be done.
        """
        recording.record(self.request, action, target, reason, **details)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the frame's context, with what the page has to say."""
        self.request.current_app = self.site.name  # type: ignore[attr-defined]
        said = super().get_context_data(**kwargs)
        frame: dict[str, Any] = self.site.each_context(self.request)
        return {**frame, "title": self.title, "page": self, "missing": self.missing, **said}
