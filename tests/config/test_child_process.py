"""A supervised process: restarted when it dies, given up when it keeps dying, ended with all that it started."""

import os
import time

import psutil
import pytest

from config.child_process import DEATHS, ChildProcess


@pytest.fixture
def child():
    """Return a function that starts a supervised `python -m …`."""
    started = []

    def start(*arguments):
        started.append(ChildProcess("worker", list(arguments), dict(os.environ)))
        return started[-1]

    yield start
    for one in started:
        one.end(time.monotonic())


def test_one_that_keeps_dying_is_given_up_with_its_last_words(child):
    hopeless = child("no_such_module")
    lives = 0
    while hopeless.keep_alive():
        lives = len(hopeless.deaths)
        hopeless.process.wait(30)
    assert lives == DEATHS - 1
    assert "No module named no_such_module" in hopeless.last_lines[-1]


def test_one_that_died_once_is_started_again(child, capsys):
    server = child("http.server", "0", "--bind", "127.0.0.1")
    first = server.process
    first.kill()
    first.wait(30)
    assert server.keep_alive()
    assert server.process.pid != first.pid
    assert "run    | worker ended with code -9" in capsys.readouterr().out


def test_its_end_takes_what_it_started_with_it(child):
    shell = child("timeit", "-n", "1", "import subprocess; subprocess.run(['sleep', '600'])")
    parent = psutil.Process(shell.process.pid)
    while not parent.children() and shell.process.poll() is None:
        time.sleep(0.02)
    grandchildren = parent.children()
    shell.process.terminate()
    shell.end(time.monotonic() + 10)
    _, alive = psutil.wait_procs(grandchildren, timeout=10)
    assert (len(grandchildren), alive) == (1, [])
