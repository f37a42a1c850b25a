"""Schemathesis against the running service, each role: no 5xx, no answer that is not described, none against it.

`make schemathesis` (DAYBOOK_THOROUGH=20) asks more than 20,000 times: all phases, with many examples, and long stories
along the links. DAYBOOK_ROLE=operator asks as one role alone.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gate.consistency import token_of
from gate.tokens import CUSTOMER, OPERATOR, ROLES
from orders_write import samples
from tests import tokens
from tests.e2e.service import ROOT

EXAMPLES = int(os.environ.get("DAYBOOK_THOROUGH", "0"))
ASKING = [os.environ["DAYBOOK_ROLE"]] if "DAYBOOK_ROLE" in os.environ else (ROLES if EXAMPLES else (CUSTOMER, OPERATOR))
PHASES = {"examples,coverage,fuzzing": EXAMPLES, "stateful": 10 * EXAMPLES} if EXAMPLES else {"examples,stateful": 5}
LEAST = 5_000 if EXAMPLES >= 20 else 50


@pytest.mark.timeout(3_600 if EXAMPLES else 120)
def test_every_answer_is_as_it_is_described(service, tmp_path):
    samples.place(20, seed=1)
    asked = {role: sum(_asked(service, role, phases, tmp_path) for phases in PHASES) for role in ASKING}
    print(asked)
    assert min(asked.values()) >= LEAST, asked


def _asked(service, role, phases, folder):
    """Let schemathesis ask in some phases, and return how often it has asked."""
    report = folder / f"{role}.ndjson"
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(ROOT / "tests/e2e/schemathesis.toml"),
        "run", f"http://127.0.0.1:{service.port}/api/schema", "--header", f"Authorization: Bearer {_token(role)}",
        "--checks", "all", "--phases", phases, "--max-examples", str(PHASES[phases]), "--workers", "1", "--seed", "1",
        "--suppress-health-check", "all", "--generation-database", "none", "--continue-on-failure", "--no-color",
        "--warnings", "off", "--report", "ndjson", "--report-ndjson-path", str(report),
    ]  # fmt: skip
    hooks = {
        "SCHEMATHESIS_HOOKS": "tests.e2e.schemathesis_hooks",
        "DAYBOOK_ROLE": role,
        "DAYBOOK_TOKEN": token_of(0),
        "PYTHONPATH": str(ROOT),
    }
    run = subprocess.run(command, cwd=folder, env=os.environ | hooks, capture_output=True, text=True)
    if EXAMPLES or run.returncode:
        print(run.stdout[-20_000:], run.stderr[-2_000:])
    assert run.returncode == 0, f"{role}: see what schemathesis has printed"
    return sum(map(_requests, report.open()))


def _token(role):
    return tokens.customer("ada") if role == CUSTOMER else tokens.token(f"{role}-1", role)


def _requests(line):
    return len(json.loads(line).get("ScenarioFinished", {}).get("recorder", {}).get("interactions", {}))
