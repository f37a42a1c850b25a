# The interpreter: the first of these that is 3.11 to 3.13; PYTHON=… chooses another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked

.PHONY: help run test thorough mutants schemathesis screenshots lint bench clean lock
help: ## show this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

run: $(LOCKED) ## set up everything and run the service (PORT=8000)
	@exec $(BIN)/python -m config.supervisor

test: $(LOCKED) ## set up everything and pass the tests
	@exec $(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

thorough: $(LOCKED) ## pass what takes longer: the real year, more kills, more rebuilds, more rounds
	@DAYBOOK_THOROUGH=1 exec $(BIN)/python -m pytest -q --timeout 3600 tests/orders_write/test_import_orders.py \
		tests/orders_write/test_order_state_machine.py tests/e2e/test_killed_processes.py \
		tests/e2e/test_killed_rebuild.py tests/e2e/test_swap_under_load.py tests/e2e/test_read_your_writes.py

mutants: $(LOCKED) ## break the engine in every known way, and see the tests of its laws fail
	@exec $(BIN)/python -m tests.mutants

schemathesis: $(LOCKED) ## ask the running service whatever its description allows, and more, 20,000 times and more
	@DAYBOOK_THOROUGH=$${EXAMPLES:-20} exec $(BIN)/python -m pytest -q -s tests/e2e/test_schemathesis.py

screenshots: $(LOCKED) ## take a picture of every page of the dashboard, into docs/screenshots
	@exec $(BIN)/python -m tests.dashboard.screenshots

lint: $(LOCKED) ## ruff, mypy and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(LOCKED) ## measure, as ratios to baselines of the same run, in ten minutes
	@$(BIN)/python -m benchmarks.append 4000
	@$(BIN)/python -m benchmarks.live 50000
	@$(BIN)/python -m benchmarks.rebuild 100000
	@$(BIN)/python -m benchmarks.visible 5
	@$(BIN)/python -m benchmarks.broker_down 250
	@$(BIN)/python -m benchmarks.serving
	@$(BIN)/python -m benchmarks.api_write

bench-%: $(LOCKED) # one of them at its full size: append, live, rebuild, visible, broker_down, serving, api_write, dashboard
	@exec $(BIN)/python -m benchmarks.$*

clean: ## stop the embedded servers and remove their data and all caches (.venv stays)
	@if [ -x $(BIN)/python ]; then $(BIN)/python -c 'import sys; from config import embedded; sys.exit(embedded.remove())'; fi
	rm -rf .daybook staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

lock: $(LOCKED) ## write requirements.lock anew from pyproject.toml
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q -o requirements.lock

# Made on first use, and again when the lock changes.
$(LOCKED): requirements.lock
	@test -n "$(PYTHON)" || { echo "Daybook needs Python 3.11, 3.12 or 3.13; install one, or name it: make PYTHON=/path/to/python"; exit 1; }
	@echo "setting up $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@
