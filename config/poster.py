"""The poster: a Celery worker that takes wake-ups and nothing else, one by one, in its only thread (decision 12)."""

import faulthandler
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, task_received
from django.conf import settings

_STDERR = 2  # sys.stderr is Celery's, and no file


def become(app: Celery) -> None:
    """Make a poster of the worker that this process is about to be."""
    app.amqp.queues.select([settings.WAKE_UPS])
    task_received.connect(_spare_the_acknowledgement)
    task_prerun.connect(_bound)
    task_postrun.connect(_unbound)


def _spare_the_acknowledgement(**signal: Any) -> None:
    """Call a task acknowledged: the broker keeps nothing of what comes from a queue without acknowledgements."""
    signal["request"].acknowledged = True


def _bound(**signal: Any) -> None:
    """Let the process end, and show where it stood, when a task takes too long: a pool of one thread has no limits."""
    faulthandler.dump_traceback_later(settings.CELERY_TASK_TIME_LIMIT, exit=True, file=_STDERR)


def _unbound(**signal: Any) -> None:
    """Let it live: the task has ended."""
    faulthandler.cancel_dump_traceback_later()
