"""Schemathesis against the running service, each role: no 5xx, no answer that is not described, none against it.

DAYBOOK_THOROUGH=1 (or `make schemathesis`) asks 20,000 times and more: all phases, with many examples.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from gate.consistency import token_of
from gate.tokens import ROLES
from orders_write import samples
from tests import tokens
from tests.e2e.service import ROOT

THOROUGH = os.environ.get("DAYBOOK_THOROUGH")
CONFIG = Path(__file__).with_name("schemathesis.toml")
PHASES, EXAMPLES = ("examples,coverage,fuzzing,stateful", THOROUGH) if THOROUGH else ("examples,stateful", "2")


@pytest.mark.timeout(3_600 if THOROUGH else 120)
def test_every_answer_is_as_it_is_described(service, tmp_path):
    samples.place(20, seed=1)
    asked = Counter()
    for role in ROLES if not (only := os.environ.get("DAYBOOK_ROLE")) else [only]:
        asked[role] = _run(service, role, tmp_path / f"{role}.ndjson")
    print(dict(asked))
    assert sum(asked.values()) >= (1 if THOROUGH else 200)


def _run(service, role, report):
    text = tokens.customer("ada") if role == "customer" else tokens.token(f"{role}-1", role)
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG), "run", f"http://127.0.0.1:{service.port}/api/schema",
        "--header", f"Authorization: Bearer {text}", "--checks", "all", "--phases", PHASES, "--max-examples", EXAMPLES,
        "--workers", "2", "--seed", "1", "--suppress-health-check", "all", "--generation-database", "none",
        "--continue-on-failure", "--no-color", "--warnings", "off",
        "--report", "ndjson", "--report-ndjson-path", str(report),
    ]  # fmt: skip
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "tests.e2e.schemathesis_hooks",
        "DAYBOOK_ROLE": role,
        "DAYBOOK_TOKEN": token_of(0),
        "PYTHONPATH": str(ROOT),
    }
    run = subprocess.run(command, cwd=report.parent, env=environment, capture_output=True, text=True)
    print(run.stdout[-20_000:], run.stderr[-2_000:])
    assert run.returncode == 0, role
    return sum(map(_requests, report.open()))


def _requests(line):
    return len(json.loads(line).get("ScenarioFinished", {}).get("recorder", {}).get("interactions", {}))
