"""Processes that help to fold a rebuild: some beside this one, or Celery's workers wherever they are.

A new process knows nothing: it is told which databases this one uses, and finds its work in the chunks' table.
"""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Databases = dict[str, dict[str, Any]]
_SAID = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


@contextmanager
def processes(rebuild_id: int, count: int) -> Iterator[None]:
    """Run `count` processes that fold chunks of a rebuild; they end when none is left, or with this process."""
    spawn = multiprocessing.get_context("spawn")
    helpers = [spawn.Process(target=_work, args=(rebuild_id, _databases()), daemon=True) for _ in range(count)]
    for helper in helpers:
        helper.start()
    try:
        yield
    finally:
        for helper in helpers:
            helper.terminate()
            helper.join()


def ask_celery(rebuild_id: int, count: int) -> None:
    """Ask `count` of Celery's workers to fold chunks, and give them time; the next call makes up for lost tasks."""
    from projections.tasks import fold_rebuild

    for _ in range(count):
        fold_rebuild.delay(rebuild_id)
    time.sleep(1)


def _databases() -> Databases:
    from django.db import connections

    return {name: {part: connections[name].settings_dict[part] for part in _SAID} for name in ("default", "read")}


def _work(rebuild_id: int, databases: Databases) -> None:
    import django

    django.setup()
    from django.db import connections

    for name, settings in databases.items():
        connections.settings[name].update(settings)
    from projections.models import Rebuild
    from projections.rebuild_fold import fold_next

    parent = multiprocessing.parent_process()
    rebuild = Rebuild.objects.get(pk=rebuild_id)
    while parent is not None and parent.is_alive() and fold_next(rebuild):
        pass
