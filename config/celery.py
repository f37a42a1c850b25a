"""The Celery app: workers, poster, beat, and a timer in each worker for when beat is gone."""

import os
import subprocess
import sys
import threading
from typing import Any

from celery import Celery
from celery.signals import celeryd_after_setup, task_postrun, task_prerun, worker_process_init, worker_ready
from django.conf import settings

from config import poster
from gate import kept

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("daybook")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_after_setup.connect  # type: ignore[untyped-decorator]
def become_the_poster(**signal: Any) -> None:
    """Let the worker of the process `poster` be one, whatever queues its command line names."""
    if settings.PROCESS == "poster":
        poster.become(app)


@worker_process_init.connect  # type: ignore[untyped-decorator]
def leave_the_parents_connections(**signal: Any) -> None:
    """Forget connections and pools that a forked child inherited: their threads live in the parent alone."""
    from django.db.backends.postgresql.base import DatabaseWrapper

    DatabaseWrapper._connection_pools.clear()  # type: ignore[attr-defined]


@task_prerun.connect  # type: ignore[untyped-decorator]
@task_postrun.connect  # type: ignore[untyped-decorator]
def give_connections_back(**signal: Any) -> None:
    """Give the pools their connections back, as Django does around a request: a broken one is found out, none is kept.

    Without this, and with what Celery does in its place, each task opens new ones: 25 ms, three times its own work.
    """
    if not signal["task"].request.is_eager:
        kept.give_back()


@worker_ready.connect  # type: ignore[untyped-decorator]
def sweep_without_beat(**signal: Any) -> None:
    """Send the sweep from each worker that takes it too, because beat is a single point of failure."""
    if settings.PROCESS != "poster":
        threading.Thread(target=_sweep_for_ever, name="sweep", daemon=True).start()


@worker_ready.connect  # type: ignore[untyped-decorator]
def rebuild_at_start(**signal: Any) -> None:
    """With REBUILD_AT_START, rebuild outdated read models in a process beside the worker, which goes on posting."""
    if settings.REBUILD_AT_START and settings.PROCESS != "poster":
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "rebuild_projections", "--outdated"]
        subprocess.Popen(command, stdin=subprocess.DEVNULL)


def _sweep_for_ever() -> None:
    import structlog

    pause = threading.Event()
    while not pause.wait(settings.SWEEP_SECONDS):
        try:
            app.send_task("projections.sweep", expires=settings.SWEEP_SECONDS)
        except Exception as error:
            structlog.get_logger(__name__).warning("sweep not published", error=str(error))
