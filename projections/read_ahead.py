"""Reads the next slice of the log while the rows of the one before are written, which is PostgreSQL's work."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, Self

from django.db import connections

from orders_write import event_log
from orders_write.event_log import WHOLE, LogSlice, Share


class Read(Protocol):
    """What `event_log.read_log` is called with."""

    def __call__(self, after: int, limit: int, *, share: Share = WHOLE, upto: int | None = None) -> LogSlice:
        """Look at up to `limit` events after a position, and return those of a share."""


class ReadAhead:
    """Does what `event_log.read_log` does, and knows already what comes after a full slice when it is asked for that.

    What was read ahead is settled and cannot change, so it may be used however long it waited, or be thrown away. An
    error in reading ahead is raised to whoever asks for that slice. The thread is started by the first full slice.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
        self._coming: tuple[tuple[int, Share], Future[LogSlice]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._coming:
            self._thread.submit(connections.close_all)
        self._thread.shutdown()

    def __call__(self, after: int, limit: int, *, share: Share = WHOLE, upto: int | None = None) -> LogSlice:
        """Return the slice, and begin to read the next one when this one is full."""
        found = self._known(after, share) or event_log.read_log(after, limit, share=share, upto=upto)
        if found.upto and found.upto.position >= after + limit:
            self._begin(found.upto.position, limit, share)
        return found

    def _begin(self, after: int, limit: int, share: Share) -> None:
        self._coming = (after, share), self._thread.submit(event_log.read_log, after, limit, share=share)

    def _known(self, after: int, share: Share) -> LogSlice | None:
        """Return what was read ahead after a position; None for what was not, and for the end of the log as it was."""
        if self._coming is None or self._coming[0] != (after, share):
            return None
        found = self._coming[1].result()
        return found if found.upto else None
