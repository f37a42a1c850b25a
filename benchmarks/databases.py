"""Databases of the run's own on the embedded servers (never the developer's data), and processes that use them."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import django

_forks = multiprocessing.get_context("fork")


def start() -> None:
    """Start the embedded servers and Django; call it before anything else of the project is imported."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    from config import embedded

    embedded.ensure_running()
    django.setup()


@contextmanager
def fresh() -> Iterator[None]:
    """Make both databases of this run, empty, and drop them at the end."""
    from tests import databases

    start()
    try:
        for alias in databases.ALIASES:
            databases.create(alias)
        yield
    finally:
        databases.drop()


def settle(*aliases: str) -> None:
    """Let a database forget what was written before: vacuum, analyze, and a checkpoint, as its owner."""
    from tests.databases import owner_connection

    for alias in aliases or ("default", "read"):
        with owner_connection(alias) as owner:
            owner.execute("vacuum (analyze)")
            owner.execute("checkpoint")


def disconnect() -> None:
    """Close this thread's connections and the pools, so that a forked process does not share their sockets."""
    from django.db import connections

    for connection in connections.all():
        connection.close()
        connection.close_pool()


def in_processes(work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], timeout: float = 300) -> list[Any]:
    """Run `work` in a forked process for each tuple of arguments, all at once, and return what they return.

    Each gets a barrier before its arguments, to wait at once it is ready. A process that fails ends the run.
    """
    disconnect()
    barrier, answers = _forks.Barrier(len(arguments)), _forks.SimpleQueue()
    processes = [
        _forks.Process(target=_answer, args=(answers, number, work, barrier, *given))
        for number, given in enumerate(arguments)
    ]
    for process in processes:
        process.start()
    return _collected(processes, answers, timeout)


def _answer(answers: Any, number: int, work: Callable[..., Any], *given: Any) -> None:
    answers.put((number, work(*given)))


def _collected(processes: Sequence[Any], answers: Any, timeout: float) -> list[Any]:
    for process in processes:
        process.join(timeout)
    failed = [process for process in processes if process.exitcode != 0]
    for process in failed:
        process.kill()
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(processes)} processes failed or did not end in {timeout} s")
    return [answer for _, answer in sorted((answers.get() for _ in processes), key=lambda found: found[0])]
