"""One import at a time: two of the same file, side by side, would both find that its returns are still to be made."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from orders_write.event_store import WRITE

IMPORT_LOCK_KEY = 4_919_201_128


class AnotherImport(Exception):
    """An import is running in this write database."""

    def __init__(self) -> None:
        super().__init__("Another import is running; wait until it has ended, and import again: twice is once.")


@contextmanager
def sole_import() -> Iterator[None]:
    """Hold the import's lock for as long as the block runs; it ends with the session, whatever happens.

    Raises:
        AnotherImport: somebody else holds it.
    """
    with connections[WRITE].cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [IMPORT_LOCK_KEY])
        if cursor.fetchone() != (True,):
            raise AnotherImport
    try:
        yield
    finally:
        with connections[WRITE].cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [IMPORT_LOCK_KEY])
