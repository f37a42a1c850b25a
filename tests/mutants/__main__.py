"""`make mutants`: break the engine in every known way, and see the tests of its laws fail.

Each mutation is made in a copy of the tree, and only the tests that guard it run there: with this interpreter, on this
checkout's servers, in databases of their own. The exit code is 1 when a guard does not fail by itself (an error in its
set-up does not count), or when one fails in a copy without a mutation.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from config import embedded
from tests.mutants.edits import Mutation
from tests.mutants.mutations import MUTATIONS

SIDE_BY_SIDE = 2
_FAILED = re.compile(r"^FAILED (\S+?::\w+)", re.MULTILINE)


class Tests(NamedTuple):
    """What became of some tests: those that failed, whether all passed, for how long they ran, and what they said."""

    failed: set[str]
    passed: bool
    seconds: float
    output: str


def main() -> int:
    """Run every mutation, print the table, and return the exit code."""
    embedded.ensure_running()
    unbroken = _tests_of(Mutation("none", tuple(sorted({guard for one in MUTATIONS for guard in one.guards}))))
    print(_line("none: all the tests below", unbroken, "green" if unbroken.passed else "RED"))
    if not unbroken.passed:
        print(unbroken.output)
        return 1
    with ThreadPoolExecutor(SIDE_BY_SIDE) as runs:
        caught = sum(map(_is_caught, MUTATIONS, runs.map(_tests_of, MUTATIONS)))
    print(f"{caught} of {len(MUTATIONS)} mutations are caught")
    return 0 if caught == len(MUTATIONS) else 1


def _is_caught(mutation: Mutation, tests: Tests) -> bool:
    """Print the mutation's lines of the table; tell whether every guard has failed."""
    silent = set(mutation.guards) - tests.failed
    print(_line(mutation.name, tests, "GREEN" if silent else "red"))
    for guard in mutation.guards:
        print(f"{'':17}{'did not fail: ' if guard in silent else ''}{_short(guard)}", flush=True)
    if silent:
        print(tests.output)
    return not silent


def _line(name: str, tests: Tests, verdict: str) -> str:
    return f"{verdict:5} {tests.seconds:6.1f} s   {name}"


def _short(guard: str) -> str:
    return guard.removeprefix("tests/laws/test_").replace(".py::test_", ": ")


def _tests_of(mutation: Mutation) -> Tests:
    """Run a mutation's guards in a copy of the tree that has it."""
    with _copy() as tree:
        mutation.apply(tree)
        return _pytest(tree, mutation.guards)


@contextmanager
def _copy() -> Iterator[Path]:
    """Copy what git knows or would take into a folder that is removed at the end."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=embedded.BASE, check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="daybook-mutant-") as folder:
        for name in filter(lambda name: (embedded.BASE / name).is_file(), names):
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(embedded.BASE / name, Path(folder) / name)
        yield Path(folder)


def _pytest(tree: Path, tests: tuple[str, ...]) -> Tests:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rf", "--tb=short", "--show-capture=no", "--timeout=60", *tests],
        cwd=tree, env=os.environ | {"DAYBOOK_HOME": str(embedded.home())}, capture_output=True, text=True,
    )  # fmt: skip
    failed = set(_FAILED.findall(done.stdout))
    return Tests(failed, done.returncode == 0, time.monotonic() - began, (done.stdout + done.stderr)[-3000:])


if __name__ == "__main__":
    sys.exit(main())
