"""`make run`: sets up both databases and runs web server, workers and beat under one foreground process."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from typing import IO

from config import embedded
from config.child_process import DEATHS, WITHIN_SECONDS, ChildProcess, say
from config.first_start import greet

HOST, PORT = "127.0.0.1", os.environ.get("PORT") or "8000"
ADDRESS = f"http://{HOST}:{PORT}"
GRACE_SECONDS, STUCK_SECONDS = 15.0, 60.0
WORKERS = ("worker", "poster")
_service_lock: list[IO[str]] = []


def main() -> int:
    """Run the service until Ctrl-C; the exit code is 1 when it could not start or a child kept dying."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if refusal := _only_copy() or _free_port():
            say("run", refusal)
            return 1
        embedded.ensure_running()
        environment = os.environ | (embedded.urls() if embedded.is_default() else {}) | _settings()
        _set_up(environment)
        return _run(environment)
    except KeyboardInterrupt:
        say("run", "stopped")
        return 0
    except subprocess.CalledProcessError as error:
        say("run", f"`manage.py {' '.join(error.cmd[2:])}` failed; its error is above.")
        return 1
    except (embedded.EmbeddedError, OSError) as error:
        say("run", str(error))
        return 1


def _interrupt(*signal_and_frame: object) -> None:
    raise KeyboardInterrupt


def _only_copy() -> str | None:
    """Hold the service's lock while this process lives; the sentence to refuse with when another one does."""
    embedded.home().mkdir(parents=True, exist_ok=True)
    lock = (embedded.home() / "service.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        with lock:
            lock.seek(0)
            running = lock.read().strip()
        return f"Daybook already runs here ({running}); stop that one first, or set DAYBOOK_HOME and PORT."
    lock.truncate(0)
    lock.write(f"pid {os.getpid()}, {ADDRESS}")
    lock.flush()
    _service_lock.append(lock)
    return None


def _free_port() -> str | None:
    """Return the sentence to refuse with when PORT is no port, or somebody has it."""
    if not PORT.isascii() or not PORT.isdigit() or not 1 <= int(PORT) <= 65535:
        return f"PORT is {PORT!r}; set it to a number from 1 to 65535: PORT=8080 make run"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(PORT)))
        except OSError as error:
            return f"Port {PORT} cannot be used ({error.strerror}); choose another: PORT=8080 make run"
    return None


def _settings() -> dict[str, str]:
    """Return what the children need beside the URLs: the same key and the same manners as this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings

    manners = {"SECRET_KEY": settings.SECRET_KEY, "LOG_FORMAT": os.environ.get("LOG_FORMAT", "console")}
    if embedded.is_default():
        manners |= {"HTTPS": "off", "STATIC_FROM_APPS": "on", "STATIC_ROOT": str(embedded.home() / "static")}
        manners["PYTHONWARNINGS"] = "ignore:You're running the worker"  # as root: it is our own machine
    return manners


def _set_up(environment: dict[str, str]) -> None:
    """Migrate and check both databases, and on the first start leave something to look at.

    Raises:
        CalledProcessError: a management command failed; its own error is on the terminal.
    """
    import django

    manage = partial(_manage, environment)
    for database in ("default", "read"):
        say("run", f"migrating {database}")
        manage("migrate", "--database", database, "--verbosity", "0")
    manage("check", "--database", "default", "--database", "read")
    django.setup()
    greet(manage, ADDRESS)
    say("run", f"API {ADDRESS}/api/orders/search   admin {ADDRESS}/admin/   Ctrl-C ends it")


def _manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, str(embedded.BASE / "manage.py"), *arguments]
    quiet = environment | {"LOG_LEVEL": "WARNING"}
    return subprocess.run(command, env=quiet, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _commands() -> dict[str, list[str]]:
    celery = ["celery", "--quiet", "-A", "config"]
    quiet = ["--loglevel", "WARNING"]
    schedule = ["--schedule", str(embedded.home() / "beat-schedule"), "--pidfile", ""]
    return {
        "web": ["gunicorn", "config.wsgi", "--bind", f"{HOST}:{PORT}"],
        "worker": [*celery, "worker", "--concurrency", "2", "--queues", "celery", *quiet],
        "poster": [*celery, "worker", "--queues", "wake-ups", "--hostname", "poster@%h", *quiet],
        "beat": [*celery, "beat", *schedule, *quiet],
    }


def _run(environment: dict[str, str]) -> int:
    """Keep the children alive until Ctrl-C or until one of them died too often; end them all."""
    children: list[ChildProcess] = []
    ended = threading.Event()
    try:
        for name, arguments in _commands().items():
            children.append(ChildProcess(name, arguments, environment))
        threading.Thread(
            target=_watch, args=([one for one in children if one.name in WORKERS], ended), daemon=True
        ).start()
        while all(child.keep_alive() for child in children):
            time.sleep(0.5)
        failed = next(child for child in children if child.process.poll() is not None)
        say("run", f"{failed.name} died {DEATHS} times within {WITHIN_SECONDS:g} s, at last with:")
        say("run", "\n".join(failed.last_lines))
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        ended.set()
        _end(children)


def _end(children: list[ChildProcess]) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        child.process.terminate()
    for child in children:
        child.end(deadline)


def _watch(workers: list[ChildProcess], ended: threading.Event) -> None:
    """Restart worker and poster when events wait and nobody has looked for a minute (RELIABILITY R7)."""
    from django.db import DatabaseError

    from projections.lag import status

    while not ended.wait(STUCK_SECONDS):
        try:
            waiting = [one for one in status() if one.lag_events and one.state == "active"]
        except DatabaseError as error:
            say("run", f"watchdog: the projections' status cannot be read: {error}")
            continue
        stuck = [one for one in waiting if (one.worker_silent_seconds or STUCK_SECONDS) >= STUCK_SECONDS]
        if stuck and not ended.is_set():
            say("run", f"watchdog: {stuck[0].projection} stands still, {stuck[0].lag_events} events wait; new workers")
            for worker in workers:
                worker.process.kill()


if __name__ == "__main__":
    sys.exit(main())
