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
    """Choose a worker's processors: the one that the fewest have, or any where workers are not pinned."""
    usable = os.sched_getaffinity(0)
    taken = Counter(one for other in server.WORKERS.values() for one in other.processors)
    if pinned == "on" or (pinned == "auto" and server.cfg.workers >= len(usable)):
        usable = {min(sorted(usable), key=lambda one: taken[one])}
    worker.processors = usable


def post_fork(server: Any, worker: Any) -> None:
    """Keep a worker to its processors.

    Threads of one interpreter run one at a time. Spread over processors, they hand its lock from one to another at each
    system call, which takes a third of a short request's time (David Beazley, "Understanding the Python GIL", 2010).
    """
    os.sched_setaffinity(0, worker.processors)


if not hasattr(os, "sched_setaffinity"):  # elsewhere than on Linux no process can be kept to a processor
    del pre_fork, post_fork
