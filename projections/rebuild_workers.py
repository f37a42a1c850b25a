"""Processes that help to fold a rebuild: some beside this one, or Celery's workers wherever they are.

A process is forked where that is safe, and else begins anew, which costs half a second: it is told which databases
this one uses, and finds its work in the chunks' table.
"""

import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from django.db import connections

Databases = dict[str, dict[str, Any]]
_SAID = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


class Helpers:
    """Processes that wait for a rebuild whose chunks they shall fold."""

    def __init__(self, count: int) -> None:
        context: Any = multiprocessing.get_context("fork" if _can_fork() else "spawn")
        self._orders = []
        self._processes = []
        for _ in range(count):
            heard, order = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(heard, order, _databases()), daemon=True)
            process.start()
            heard.close()  # the process's alone: it then notices when this one is gone
            self._orders.append(order)
            self._processes.append(process)

    def fold(self, rebuild_id: int) -> None:
        """Tell them to fold a rebuild's chunks; each ends when none is left."""
        for order in self._orders:
            with suppress(BrokenPipeError):  # one that died is missed by nobody
                order.send(rebuild_id)

    def end(self) -> None:
        """End those that are still there."""
        for process in self._processes:
            process.terminate()
            process.join()


@contextmanager
def helpers(count: int) -> Iterator[Helpers]:
    """Start processes that will help to fold; they get ready while the rebuild is prepared."""
    started = Helpers(count)
    try:
        yield started
    finally:
        started.end()


def ask_celery(rebuild_id: int, count: int) -> None:
    """Ask `count` of Celery's workers to fold chunks, and give them time; the next call makes up for lost tasks."""
    from projections.tasks import fold_rebuild

    for _ in range(count):
        fold_rebuild.delay(rebuild_id)
    time.sleep(1)


def _can_fork() -> bool:
    """Tell whether nothing is open or runs here that two processes cannot share: a connection, or a thread's lock."""
    is_connected = any(one.connection for one in connections.all(initialized_only=True))
    return sys.platform == "linux" and threading.active_count() == 1 and not is_connected


def _databases() -> Databases:
    return {name: {part: connections[name].settings_dict[part] for part in _SAID} for name in ("default", "read")}


def _work(orders: Connection, ordering: Connection, databases: Databases) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ordering.close()  # it is the other process's alone: its end is then noticed here
    import django

    django.setup()
    for name, settings in databases.items():
        connections.settings[name].update(settings)
    from projections.models import Rebuild
    from projections.rebuild_fold import fold_next

    with suppress(EOFError):  # the process that rebuilds is gone
        rebuild = Rebuild.objects.get(pk=orders.recv())
        while not orders.poll() and fold_next(rebuild):
            pass
