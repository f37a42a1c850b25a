"""`make run`: one copy, every child kept alive, data kept, and a clean end."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from config import first_start

ROOT = Path(__file__).parent.parent.parent


class Run:
    """One `make run` in a home of its own, with what it printed."""

    def __init__(self, home, port):
        environment = os.environ | {"DAYBOOK_HOME": str(home), "PORT": str(port)}
        self.log, self.port = home.parent / f"{time.monotonic_ns()}.log", port
        with self.log.open("w") as output:
            command = [sys.executable, "-m", "config.supervisor"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)

    @property
    def said(self):
        """Everything printed so far."""
        return self.log.read_text()

    def until(self, true, seconds=90):
        """Wait until something is true; the log is the message when it never is."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if answer := true():
                return answer
            time.sleep(0.1)
        raise AssertionError(self.said)

    def get(self, path, token=""):
        """The JSON at an address, None while nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            return json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def is_ready(self):
        """Tell whether it serves, and everything is posted."""
        answer = self.get("/readyz")
        return answer and answer["status"] == "ready" and answer["checks"]["projections"][0]["lag_events"] == 0

    def child(self, name):
        """The process of a part, None while it does not live."""
        for child in self.children():
            with suppress(psutil.Error):  # it has ended meanwhile
                if child.environ().get("DAYBOOK_PROCESS") == name:
                    return child
        return None

    def children(self):
        """The web server, the worker, the poster and beat, those of them that live."""
        found = psutil.Process(self.process.pid).children()
        return [child for child in found if child.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the service in this test's home."""
    home, running = tmp_path / "home", []
    home.mkdir()

    def started(port=None):
        running.append(Run(home, port or _free_port()))
        return running[-1]

    yield started
    for one in running:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(60)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.timeout(240)
def test_the_service_runs_survives_and_ends(run):
    first = run()
    first.until(first.is_ready)
    token = re.search(r"token  (\S+)", first.said)[1]
    assert "login  admin / " in first.said
    assert first.get("/api/orders/search", token)["total"] == first_start.SAMPLES

    second = run()
    assert second.process.wait(60) == 1
    assert f"Daybook already runs here (pid {first.process.pid}" in second.said

    _is_started_again(first, "worker")
    _is_started_again(first, "poster")

    first.process.send_signal(signal.SIGKILL)
    first.process.wait(10)
    again = run()
    again.until(again.is_ready)
    assert "login" not in again.said
    assert again.get("/api/orders/search", token)["total"] == first_start.SAMPLES

    children = again.children()
    assert len(children) == 4
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(60) == 0
    assert again.said.splitlines()[-1] == "run    | stopped"
    assert [child for child in children if child.is_running()] == []


def _is_started_again(service, name):
    before = service.child(name)
    before.kill()
    service.until(lambda: service.child(name) not in (None, before))
    assert f"{name} ended with code -9" in service.said


def test_a_port_in_use_is_said_before_anything_starts(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = run(port=taken.getsockname()[1])
        assert refused.process.wait(60) == 1
    assert "choose another: PORT=8080 make run" in refused.said
    assert "migrating" not in refused.said
