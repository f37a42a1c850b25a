"""Processes that help to fold a rebuild: some beside this one, or Celery's workers wherever they are.

A new process knows nothing: it is told which databases this one uses, and finds its work in the chunks' table.
"""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

Databases = dict[str, dict[str, Any]]
_SAID = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


class Helpers:
    """Processes that wait for a rebuild whose chunks they shall fold."""

    def __init__(self, count: int) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._orders = []
        self._processes = []
        for _ in range(count):
            heard, order = spawn.Pipe(duplex=False)
            process = spawn.Process(target=_work, args=(heard, _databases()), daemon=True)
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
    """Start processes that will help to fold; they get ready (half a second) while the rebuild is prepared."""
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


def _databases() -> Databases:
    from django.db import connections

    return {name: {part: connections[name].settings_dict[part] for part in _SAID} for name in ("default", "read")}


def _work(orders: Connection, databases: Databases) -> None:
    import django

    django.setup()
    from django.db import connections

    for name, settings in databases.items():
        connections.settings[name].update(settings)
    from projections.models import Rebuild
    from projections.rebuild_fold import fold_next

    with suppress(EOFError):  # the process that rebuilds is gone
        rebuild = Rebuild.objects.get(pk=orders.recv())
        while not orders.poll() and fold_next(rebuild):
            pass
