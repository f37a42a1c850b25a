"""The database backend: the dashboard asks a server that is down once in a request, for a second, and then no more."""

from typing import Any

from django.db.backends.postgresql import base
from django.db.utils import OperationalError
from psycopg_pool import PoolTimeout

from config import patience


class DatabaseWrapper(base.DatabaseWrapper):
    """Waits for a connection as long as its pool does, but less for a page (config/patience.py)."""

    def get_new_connection(self, conn_params: Any) -> Any:
        """Return a connection.

        Raises:
            OperationalError: the page that asks has had no answer from this server before.
        """
        silent = patience.silent.get()
        if silent is not None and self.pool:
            self._check(silent)
        return super().get_new_connection(conn_params)

    def _check(self, silent: set[str]) -> None:
        if self.alias in silent:
            raise OperationalError(f"The database '{self.alias}' has not answered this request before.")
        try:
            self.pool.open()
            self.pool.putconn(self.pool.getconn(timeout=patience.SECONDS))
        except PoolTimeout:
            silent.add(self.alias)
            raise
