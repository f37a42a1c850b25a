"""How long the dashboard waits for a database: it asks one that is down once in a request, and then no more."""

from contextvars import ContextVar

SECONDS = 1.0
# Which databases have not answered the request of a page; None outside of the dashboard, where the pool's bound holds.
silent: ContextVar[set[str] | None] = ContextVar("silent", default=None)
