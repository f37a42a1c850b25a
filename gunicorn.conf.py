"""The web server's settings, which `gunicorn config.wsgi` finds here; options of its command line go before."""

import os
from collections import Counter
from typing import Any

import environ

env = environ.Env()
worker_class = "gthread"
workers = env.int("WEB_CONCURRENCY", 2)
threads = 8  # more than may wait at a time: READ_WAITERS and FEED_WAITERS
preload_app = True
limit_request_line = 8_190  # bytes, gunicorn's highest; without a limit a request would fill the memory
control_socket_disable = True  # its default place is one for all of a user's services
pinned = env.str("WEB_PINNED", "auto")
if pinned not in ("auto", "on", "off"):
    raise ValueError(f"WEB_PINNED is {pinned!r}; set it to auto, on or off.")


def pre_fork(server: Any, worker: Any) -> None:
    """Choose the processor of a worker that is pinned: the one that the fewest have."""
    usable = os.sched_getaffinity(0)
    taken = Counter(getattr(other, "processor", None) for other in server.WORKERS.values())
    is_pinned = pinned == "on" or (pinned == "auto" and server.num_workers >= len(usable))
    worker.processor = min(sorted(usable), key=lambda one: taken[one]) if is_pinned else None


def post_fork(server: Any, worker: Any) -> None:
    """Keep a worker to its processor.

    Threads of one interpreter run one at a time. Spread over processors, they hand its lock from one to another at each
    system call, which takes a third of a short request's time (David Beazley, "Understanding the Python GIL", 2010).
    """
    if worker.processor is None:
        return
    try:
        os.sched_setaffinity(0, {worker.processor})
    except OSError as error:
        worker.log.warning("cannot be kept to processor %s: %s", worker.processor, error)


if not hasattr(os, "sched_setaffinity"):  # elsewhere than on Linux no process can be kept to a processor
    del pre_fork, post_fork
