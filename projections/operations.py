"""What takes long and is asked for in the dashboard: a worker starts a process for it, and keeps a note on how it goes.

The process is a management command, as an engineer would type it; it outlives the task that started it, and ends with
the service. The note in the cache is for the eye: the rebuild's lock and its record say what is true.
"""

import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO

import msgspec
import structlog
from django.conf import settings
from django.core.cache import cache

from projections.projector import Projector
from projections.registry import named

COMMANDS: dict[str, tuple[str, ...]] = {
    "rebuild": ("rebuild_projections",),
    "resume rebuild": ("rebuild_projections", "--resume"),
    "roll back": ("rebuild_projections", "--rollback"),
    "verify a sample": ("verify_projections",),
    "verify all rows": ("verify_projections", "--all"),
    "repair rows": ("verify_projections", "--all", "--repair"),
}
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
WAIT_SECONDS = 60
_BEAT_SECONDS, _FRESH_SECONDS, _KEPT_SECONDS = 5, 30, 3_600
_DIFFERENT = 1  # the exit code of a comparison that found something
log = structlog.get_logger(__name__)


class Note(msgspec.Struct, frozen=True):
    """What was asked for, by whom and when, how it goes, and what it said when it failed."""

    what: str
    by: str
    at: datetime
    state: str = WAITING
    said: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is still to come or under way."""
        return self.state in (WAITING, RUNNING)


class AskedAlready(Exception):
    """Something else was asked for, and no worker has begun it."""

    def __init__(self, projection: str, note: Note) -> None:
        super().__init__(f"{projection}: {note.by} has asked to {note.what} a moment ago; wait until that has begun.")


def ask(projector: Projector, what: str, *, by: str, options: Sequence[str] = ()) -> None:
    """Ask the workers for an operation; one that none of them takes on within a minute is forgotten.

    Raises:
        AskedAlready: see there.
        OperationalError: the broker (kombu's) does not answer.
    """
    from projections.tasks import operate

    if (found := note(projector)) and found.state == WAITING:
        raise AskedAlready(projector.name, found)
    asked = Note(what, by, datetime.now(UTC))
    _keep(projector.name, asked, WAIT_SECONDS)
    try:
        operate.apply_async((projector.name, what, by, list(options)), expires=WAIT_SECONDS)
    except Exception:
        _keep(projector.name, asked, 0)
        raise


def note(projector: Projector) -> Note | None:
    """Return what was asked for last; None when that is long ago, or the cache does not answer."""
    with suppress(Exception):
        kept = cache.get(_key(projector.name))
        return msgspec.json.decode(kept, type=Note) if kept else None
    return None


def start(projection: str, what: str, by: str, options: Sequence[str]) -> threading.Thread:
    """Start the process of an operation, and the thread that watches it; return the thread.

    Raises:
        UnknownProjection, KeyError: there is no such projection, or no such operation.
    """
    [projector] = named([projection])
    command, *flags = COMMANDS[what]
    arguments = [command, projector.name, *flags, *options, "--json", f"--asked-by={by}"]
    errors = TemporaryFile()  # noqa: SIM115  (the thread's, to the end)
    process = subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
    )
    log.info("operation started", projection=projection, what=what, pid=process.pid)
    asked = Note(what, by, datetime.now(UTC), RUNNING)
    watching = threading.Thread(target=_watch, args=(projection, asked, process, errors), daemon=True)
    watching.start()
    return watching


def _watch(projection: str, asked: Note, process: "subprocess.Popen[bytes]", errors: IO[bytes]) -> None:
    """Keep the note fresh while the process lives, then say how it ended."""
    while process.poll() is None:
        _keep(projection, asked, _FRESH_SECONDS)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_BEAT_SECONDS)
    said = _sentence(errors)
    found_differences = process.returncode == _DIFFERENT and not said and asked.what.startswith("verify")
    state = DONE if process.returncode == 0 or found_differences else FAILED
    log.info("operation ended", projection=projection, what=asked.what, code=process.returncode)
    _keep(projection, msgspec.structs.replace(asked, state=state, said=said), _KEPT_SECONDS)


def _sentence(errors: IO[bytes]) -> str:
    """Return what a command said when it refused or failed."""
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines() or [""]
    refused = [line for line in lines if line.startswith("CommandError: ")]
    unexpected = lines[-1] if any(line.startswith("Traceback ") for line in lines) else ""
    return refused[0].removeprefix("CommandError: ") if refused else unexpected


def _keep(projection: str, noted: Note, seconds: int) -> None:
    with suppress(Exception):  # without the cache there is no note; the operation goes on
        cache.set(_key(projection), msgspec.json.encode(noted), seconds)


def _key(projection: str) -> str:
    return f"operation {projection}".replace(" ", "-")
