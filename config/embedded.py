"""The embedded default: production in miniature from wheels, when no URL is configured.

Two PostgreSQL servers and one Valkey listen on unix sockets in a short folder of their own (socket paths are limited to
about 100 bytes) that only this user can enter; their data lives in DAYBOOK_HOME. Every process that uses them holds a
shared lock, which the kernel gives back even after a kill -9; whoever leaves last stops them.
"""

import atexit
import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from config.embedded_servers import DATABASE, OWNER, EmbeddedError, Postgres, Valkey

__all__ = ["OWNER", "EmbeddedError", "ensure_running", "home", "is_default", "remove", "sockets", "urls"]
BASE = Path(__file__).resolve().parent.parent
URL_NAMES = ("WRITE_DATABASE_URL", "READ_DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL")
WRITE_ROLE, READ_ROLE = "daybook_app", "daybook_read"
_held: list[IO[str]] = []


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
    _make_home()
    with _starting():
        using = (home() / "users.lock").open("w")
        fcntl.flock(using, fcntl.LOCK_SH)
        _held.append(using)
        atexit.register(_leave, os.getpid())
        _make_socket_folder()
        for server in _servers():
            server.ensure_running()


def remove() -> str | None:
    """Stop the servers and remove all of their data; return the sentence to refuse with while somebody uses them."""
    if not home().exists():
        return None
    with _starting(), (home() / "users.lock").open("w") as using:
        try:
            fcntl.flock(using, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return f"{home()} is in use by a running service, command or test; end that first."
        _stop()
        shutil.rmtree(home())
    return None


def _servers() -> list[Postgres | Valkey]:
    return [
        Postgres(home() / "write", sockets() / "write", role=WRITE_ROLE, owner=OWNER),
        Postgres(home() / "read", sockets() / "read", role=READ_ROLE, owner=READ_ROLE),
        Valkey(home() / "valkey", sockets() / "valkey.sock"),
    ]


def _stop() -> None:
    for server in _servers():
        server.stop()
    for folder in (sockets() / "write", sockets() / "read", sockets()):
        with suppress(OSError):  # not empty: a server did not end
            folder.rmdir()


def _leave(pid: int) -> None:
    """Stop the servers when nobody else uses them; a forked child that exits is not the one who came."""
    if os.getpid() != pid or not _home_is_the_same():
        return
    with _starting(), _held.pop() as using:
        try:
            fcntl.flock(using, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        _stop()


def _home_is_the_same() -> bool:
    """Tell whether the data that this process came to is still there: it may be removed, and even made anew."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(_held[0].fileno()), (home() / "users.lock").stat())
    return False


@contextmanager
def _starting() -> Iterator[None]:
    """Let one process at a time start or stop the servers."""
    with (home() / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_home() -> None:
    try:
        (home() / "static").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(
            f"{home()} cannot be made ({error.strerror}); set DAYBOOK_HOME to another folder."
        ) from error


def _make_socket_folder() -> None:
    """Make the folder so that only this user, and PostgreSQL's own user when this one is root, can pass into it."""
    folder = sockets()
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise EmbeddedError(f"{folder} belongs to somebody else; remove it, or set DAYBOOK_HOME to another folder.")
    for name in ("write", "read"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
