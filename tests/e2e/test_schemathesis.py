"""Schemathesis against the running service: no 5xx, no answer that is not described, none against it.

`make schemathesis` (DAYBOOK_THOROUGH=20) asks as each role, more than 20,000 times in all: all phases, with many
examples, and long stories along the links. DAYBOOK_ROLE=operator asks as one role alone.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from gate.consistency import token_of
from gate.tokens import CUSTOMER, OPERATOR, ROLES
from orders_write import samples
from orders_write.event_store import load_stream
from tests import tokens
from tests.e2e.service import ROOT

EXAMPLES = int(os.environ.get("DAYBOOK_THOROUGH", "0"))
ASKING = [os.environ["DAYBOOK_ROLE"]] if "DAYBOOK_ROLE" in os.environ else (ROLES if EXAMPLES else [OPERATOR])
# Phases, how many examples, and a seed; stories are told in several runs, because one that varies ends its run.
THOROUGH = [("examples,coverage,fuzzing", EXAMPLES, 1), *(("stateful", 50, seed) for seed in range(10))]
RUNS = THOROUGH if EXAMPLES else [("examples,stateful", 3, 1)]
LEAST = 5_000 if EXAMPLES >= 20 else 50


@pytest.mark.timeout(3_600 if EXAMPLES else 300)
def test_every_answer_is_as_it_is_described(service, tmp_path):
    assert service.request("GET", f"/api/orders?country={'x' * 9_000}").status == 414
    orders = samples.place(40, seed=1)
    asked = {role: sum(_asked(service, role, run, orders, tmp_path) for run in RUNS) for role in ASKING}
    print(asked)
    assert min(asked.values()) >= LEAST, asked


def _asked(service, role, run, orders, folder):
    """Let schemathesis ask in some phases, of some orders, and return how often it has asked."""
    phases, examples, seed = run
    report, token = folder / f"{role}.ndjson", _token(role, orders)
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(ROOT / "tests/e2e/schemathesis.toml"),
        "run", f"http://127.0.0.1:{service.port}/api/schema", "--header", f"Authorization: Bearer {token}",
        "--checks", "all", "--phases", phases, "--max-examples", str(examples), "--workers", "1", "--seed", str(seed),
        "--suppress-health-check", "all", "--generation-database", "none", "--continue-on-failure", "--no-color",
        "--warnings", "off", "--report", "ndjson", "--report-ndjson-path", str(report),
    ]  # fmt: skip
    hooks = {
        "SCHEMATHESIS_HOOKS": "tests.e2e.schemathesis_hooks",
        "DAYBOOK_ROLE": role,
        "DAYBOOK_TOKEN": token_of(0),
        "DAYBOOK_ORDERS": ",".join(map(str, orders)),
        "PYTHONPATH": str(ROOT),
    } | ({"DAYBOOK_STORIES": "1"} if "stateful" in phases else {})
    told = subprocess.run(command, cwd=folder, env=os.environ | hooks, capture_output=True, text=True)
    if EXAMPLES or told.returncode:
        print(told.stdout[-20_000:], told.stderr[-2_000:])
    assert told.returncode == 0, f"{role}: see what schemathesis has printed"
    return sum(map(_requests, report.open()))


def _token(role, orders):
    """Return a token of a role; a customer's is that of whoever has most of the orders."""
    if role != CUSTOMER:
        return tokens.token(f"{role}-1", role)
    customers = Counter(load_stream(order)[0].event.customer_id for order in orders)
    del customers[None]
    return tokens.customer(customers.most_common(1)[0][0])


def _requests(line):
    return len(json.loads(line).get("ScenarioFinished", {}).get("recorder", {}).get("interactions", {}))
