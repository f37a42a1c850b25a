"""The embedded default: shared by whoever needs it, stopped by the last, from any folder, after any kind of end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
USE = """
import sys
from config import embedded
import psycopg
embedded.ensure_running()
where = {"host": str(embedded.sockets() / "write"), "user": "postgres", "dbname": "daybook"}
with psycopg.connect(**where, autocommit=True) as connection:
    connection.execute("create table if not exists visits (at timestamptz default now())")
    connection.execute("insert into visits default values")
    print(connection.execute("select count(*) from visits").fetchone()[0], flush=True)
sys.stdin.read()
"""
RUNNING = "from config import embedded; print(*(server._answers() for server in embedded._servers()[:2]))"


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The environment of an embedded default in a folder with spaces and a path of more than 200 characters."""
    home = tmp_path_factory.mktemp("a folder with spaces") / ("long " * 30).strip() / ("deep" * 20)
    assert len(str(home)) > 200
    urls = ("WRITE_DATABASE_URL", "READ_DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL")
    clean = {name: value for name, value in os.environ.items() if name not in urls}
    return clean | {"DAYBOOK_HOME": str(home), "PYTHONPATH": str(ROOT)}


@pytest.fixture
def come(environment):
    """Return a function that starts a process which uses the servers; it says how many came before, and stays."""
    here = []

    def started():
        process = subprocess.Popen(
            [sys.executable, "-c", USE], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        here.append(process)
        return process, int(process.stdout.readline())

    yield started
    for process in here:
        _go(process)


def _go(process):
    if process.poll() is None:
        process.communicate(timeout=60)
    for pipe in (process.stdin, process.stdout):
        pipe.close()


def _running(environment):
    found = subprocess.run([sys.executable, "-c", RUNNING], env=environment, capture_output=True, text=True, check=True)
    return found.stdout.split()


def test_the_servers_are_shared_and_the_last_to_leave_stops_them(environment, come):
    (first, before), (second, after) = come(), come()
    assert after == before + 1
    _go(first)
    assert _running(environment) == ["True", "True"]
    _go(second)
    assert _running(environment) == ["False", "False"]


def test_after_a_kill_the_servers_and_their_data_are_found_again(environment, come):
    killed, before = come()
    killed.send_signal(signal.SIGKILL)
    killed.wait(30)
    assert _running(environment) == ["True", "True"]
    last, after = come()
    assert after == before + 1
    _go(last)
    assert _running(environment) == ["False", "False"]
