"""A process under the supervisor: its output labelled, its death noticed, its end asked for politely."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from typing import IO

from config import embedded

DEATHS, WITHIN_SECONDS = 5, 60.0
_output = threading.Lock()


def say(label: str, text: str) -> None:
    """Print labelled lines, each whole, whatever else is printed at the same time."""
    with _output:
        for line in text.splitlines():
            sys.stdout.write(f"{label:<7}| {line}\n")
        sys.stdout.flush()


class ChildProcess:
    """One long-running `python -m …`, in a session of its own, so that a Ctrl-C reaches the supervisor alone."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str]) -> None:
        self.name, self.arguments = name, arguments
        self.environment = environment | {"DAYBOOK_PROCESS": name}
        self.deaths: deque[float] = deque(maxlen=DEATHS)
        self.last_lines: deque[str] = deque(maxlen=20)
        self.start()

    def start(self) -> None:
        """Start the process."""
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", *self.arguments], cwd=embedded.BASE, env=self.environment, text=True,
            errors="replace", bufsize=1, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=_die_with_parent,
        )  # fmt: skip
        self.relay = threading.Thread(target=self._relay, args=(self.process.stdout,), daemon=True)
        self.relay.start()

    def _relay(self, output: IO[str]) -> None:
        with output:
            for line in output:
                self.last_lines.append(line.rstrip())
                say(self.name, line.rstrip())

    def keep_alive(self) -> bool:
        """Start the process again if it died; False when it died too often."""
        if self.process.poll() is None:
            return True
        self.kill()
        self.deaths.append(time.monotonic())
        say("run", f"{self.name} ended with code {self.process.returncode}")
        if len(self.deaths) == DEATHS and self.deaths[-1] - self.deaths[0] < WITHIN_SECONDS:
            return False
        time.sleep(0.1 * 2 ** len(self.deaths))
        self.start()
        return True

    def end(self, deadline: float) -> None:
        """Wait for the process, which was asked to end, until the deadline of the monotonic clock; then kill it."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, deadline - time.monotonic()))
        self.kill()

    def kill(self) -> None:
        """Kill what is left of the process and of those that it started, and hear them out."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.relay.join(1)


def _die_with_parent() -> None:
    """Ask Linux to end this child when the supervisor is killed; elsewhere a kill -9 leaves it running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
