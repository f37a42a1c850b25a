"""The poster: a Celery worker that takes wake-ups and nothing else, one by one, in its only thread (decision 12)."""

import faulthandler
import signal
from collections.abc import Callable
from typing import Any

import structlog
from celery import Celery
from django.conf import settings

from gate import kept

_STDERR = 2  # sys.stderr is Celery's, and no file
log = structlog.get_logger(__name__)


def become(app: Celery) -> None:
    """Make a poster of the worker that this process is about to be."""
    app.amqp.queues.select([settings.WAKE_UPS])
    app.tasks["projections.look"].Strategy = f"{__name__}:at_once"


def at_once(task: Any, *worker: Any, **options: Any) -> Callable[..., None]:
    """Return what Celery shall do with each message that asks for a task: the task, and nothing else.

    A wake-up has no arguments, result, time, retry or acknowledgement. What Celery does around a task for the sake of
    these, and of those who follow its events, takes a third of the way from commit to visible.
    """
    # A pool of one thread has no limits of time: let an alarm end the process, and show where it stood. It is the
    # kernel's, because a thread that waits beside each task would take the other processor, and a tenth of a wake-up.
    faulthandler.register(signal.SIGALRM, file=_STDERR, chain=True)

    def done(*message: Any, **more: Any) -> None:
        signal.setitimer(signal.ITIMER_REAL, settings.CELERY_TASK_TIME_LIMIT)
        try:
            kept.give_back()
            task.run()
        except Exception as error:
            log.exception("task failed", task=task.name, error=str(error))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    return done
