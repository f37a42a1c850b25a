"""`make run`: sets up both databases and runs web server, worker and beat under one foreground process."""

import ctypes
import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from typing import IO

from config import embedded

HOST, PORT = "127.0.0.1", int(os.environ.get("PORT") or 8000)
SAMPLES = 40
DEATHS, WITHIN_SECONDS, GRACE_SECONDS = 5, 60.0, 15.0
PYTHON = [sys.executable, "-u", "-m"]
_output = threading.Lock()


def say(label: str, line: str) -> None:
    """Print one labelled line, whole, whatever else is printed at the same time."""
    with _output:
        sys.stdout.write(f"{label:<7}| {line}\n")
        sys.stdout.flush()


class Child:
    """One long-running process: its output is labelled, its death noticed, its end asked for politely."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str]) -> None:
        self.name, self.arguments = name, arguments
        self.environment = environment | {"DAYBOOK_PROCESS": name}
        self.deaths: deque[float] = deque(maxlen=DEATHS)
        self.last_lines: deque[str] = deque(maxlen=20)
        self.start()

    def start(self) -> None:
        """Start the process in a session of its own, so that a Ctrl-C reaches the supervisor alone."""
        self.process = subprocess.Popen(
            [*PYTHON, *self.arguments], cwd=embedded.BASE, env=self.environment, text=True, bufsize=1,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_die_with_parent,
        )  # fmt: skip
        threading.Thread(target=self._relay, args=(self.process.stdout,), daemon=True).start()

    def _relay(self, output: IO[str]) -> None:
        for line in output:
            self.last_lines.append(line.rstrip())
            say(self.name, line.rstrip())

    def keep_alive(self) -> bool:
        """Start the process again if it died; False when it died too often."""
        if self.process.poll() is None:
            return True
        self.deaths.append(time.monotonic())
        say("run", f"{self.name} ended with code {self.process.returncode}")
        if len(self.deaths) == DEATHS and self.deaths[-1] - self.deaths[0] < WITHIN_SECONDS:
            return False
        time.sleep(0.2 * 2 ** len(self.deaths))
        self.start()
        return True

    def end(self, deadline: float) -> None:
        """Wait for the process, which was asked to end, and kill its whole group at the deadline."""
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _die_with_parent() -> None:
    """Ask Linux to end this child when the supervisor is killed; elsewhere a kill -9 leaves it running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def main() -> int:
    """Run the service until Ctrl-C; the exit code is 1 when it could not start or a child kept dying."""
    if refusal := _only_copy() or _free_port():
        say("run", refusal)
        return 1
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        embedded.ensure_running()
        environment = os.environ | (embedded.urls() if embedded.is_default() else {}) | _settings()
        _set_up(environment)
        return _run([Child(name, arguments, environment) for name, arguments in _children().items()])
    except KeyboardInterrupt:
        say("run", "stopped")
        return 0
    except (embedded.EmbeddedError, subprocess.CalledProcessError) as error:
        say("run", str(error))
        return 1


def _interrupt(*signal_and_frame: object) -> None:
    raise KeyboardInterrupt


_service_lock: list[IO[str]] = []


def _only_copy() -> str | None:
    """Hold the service's lock while this process lives; the sentence to refuse with when another one does."""
    embedded.home().mkdir(parents=True, exist_ok=True)
    lock = (embedded.home() / "service.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        return f"Daybook already runs here ({lock.read().strip()}); stop that one first, or set DAYBOOK_HOME and PORT."
    lock.truncate(0)
    lock.write(f"pid {os.getpid()}, http://{HOST}:{PORT}")
    lock.flush()
    _service_lock.append(lock)
    return None


def _free_port() -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, PORT))
        except OSError as error:
            return f"Port {PORT} cannot be used ({error.strerror}); choose another: PORT=8080 make run"
    return None


def _settings() -> dict[str, str]:
    """Return what the children need beside the URLs: the same key and the same manners as this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings

    embedded_only = {}
    if embedded.is_default():
        embedded_only = {"HTTPS": "off", "STATIC_FROM_APPS": "on", "STATIC_ROOT": str(embedded.home() / "static")}
    return {"SECRET_KEY": settings.SECRET_KEY, "LOG_FORMAT": os.environ.get("LOG_FORMAT", "console")} | embedded_only


def _children() -> dict[str, list[str]]:
    beat = str(embedded.home() / "beat-schedule")
    threads = ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    return {
        "web": ["gunicorn", "config.wsgi", "--bind", f"{HOST}:{PORT}", *threads],
        "worker": ["celery", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "WARNING"],
        "beat": ["celery", "-A", "config", "beat", "--schedule", beat, "--pidfile", "", "--loglevel", "WARNING"],
    }


def _manage(environment: dict[str, str], *arguments: str) -> str:
    """Run one management command and return what it printed.

    Raises:
        CalledProcessError: it failed; its own error is on the terminal.
    """
    command = [sys.executable, str(embedded.BASE / "manage.py"), *arguments]
    quiet = environment | {"LOG_LEVEL": "WARNING"}
    return subprocess.run(command, env=quiet, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _set_up(environment: dict[str, str]) -> None:
    for database in ("default", "read"):
        say("run", f"migrating {database}")
        _manage(environment, "migrate", "--database", database, "--verbosity", "0")
    _manage(environment, "check", "--database", "default", "--database", "read")
    greeted = embedded.home() / "greeted"
    if not greeted.exists():
        _greet(environment)
        greeted.touch()
    say("run", f"API http://{HOST}:{PORT}/api/orders/search   admin http://{HOST}:{PORT}/admin/   Ctrl-C ends it")


def _greet(environment: dict[str, str]) -> None:
    """Make a login, a token and sample orders on the first start; login and token are shown this once."""
    password = secrets.token_urlsafe(12)
    login = {"DJANGO_SUPERUSER_PASSWORD": password}
    user = ["--username", "admin", "--email", "admin@localhost"]
    _manage(environment | login, "createsuperuser", "--noinput", *user)
    token = _manage(environment, "create_token", "--actor", "demo", "--role", "operator", "--quiet")
    say("run", _manage(environment, "place_sample_orders", str(SAMPLES)).splitlines()[0])
    say("run", f"login  admin / {password}   (shown once)")
    say("run", f"token  {token}   (shown once)")
    say("run", f'try    curl -H "Authorization: Bearer {token}" "http://{HOST}:{PORT}/api/orders/search"')


def _run(children: list[Child]) -> int:
    watchdog = threading.Event()
    threading.Thread(target=_watch, args=(children, watchdog), daemon=True).start()
    try:
        while all(child.keep_alive() for child in children):
            time.sleep(0.5)
        failed = next(child for child in children if child.process.poll() is not None)
        say("run", f"{failed.name} died {DEATHS} times within {WITHIN_SECONDS:g} s; its last lines are above. Ending.")
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        watchdog.set()
        deadline = time.monotonic() + GRACE_SECONDS
        for child in children:
            child.process.terminate()
        for child in children:
            child.end(deadline)


def _watch(children: list[Child], ended: threading.Event) -> None:
    """Restart the worker when events wait and its projections have not been looked at for a minute (RELIABILITY R7)."""
    import django

    django.setup()
    from django.db import DatabaseError

    from projections.lag import status

    worker = next(child for child in children if child.name == "worker")
    while not ended.wait(WITHIN_SECONDS):
        try:
            stuck = [one for one in status() if one.lag_events and (one.worker_silent_seconds or 1e9) > WITHIN_SECONDS]
        except DatabaseError as error:
            say("run", f"watchdog: cannot read the projections' status: {error}")
            continue
        if stuck and worker.process.poll() is None:
            say("run", f"watchdog: {stuck[0].projection} stands still with {stuck[0].lag_events} events waiting")
            os.killpg(worker.process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
