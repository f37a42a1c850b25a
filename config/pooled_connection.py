"""A pooled connection that tells from its own end whether its server is still there, without asking it."""

import select
from typing import Any

import psycopg


class PooledConnection(psycopg.Connection[Any]):
    """Spares each request a round trip: the pool asks whether a connection is alive before it gives it out.

    It asks with an empty statement. A server that ends a connection, or ends itself, closes its end of the socket, so
    there is something to read; as long as there is nothing, the connection is as good as an answer could tell.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Execute a statement; pass over the empty one, whose cursor nobody wants, while the socket is silent."""
        if query == "" and self.is_silent():
            return None
        return super().execute(query, params, **options)

    def is_silent(self) -> bool:
        """Tell whether the server has said nothing since its last answer: then it has not ended either."""
        if self.closed:
            return False
        poll = select.poll()
        poll.register(self.pgconn.socket, select.POLLIN | select.POLLPRI | select.POLLHUP | select.POLLERR)
        return not poll.poll(0)
