# Kring. `make help` lists what there is; every target sets up what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
TESTS  ?= tests

.DEFAULT_GOAL := help
.PHONY: help setup demo run test test-all check format bench matrix proof mutants cover lock tools clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(READY) ## the virtual environment with every package, by hash

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Kring needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); } || \
	  { echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing packages (about a minute the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## play the journey on this machine and keep running; ONCE=1 ends after it
	@$(BIN)/python -m bots.demo $(if $(ONCE),--once)

run: $(READY) ## start Kring on this machine (kring up), data in ./.kring
	@$(BIN)/kring up

# First what needs no server that others share, a file at a time on two processes; then what starts Synapse, Element or
# Chromium, by itself: it promises seconds. Both are run, whatever the first says; 5: nothing of this half in TESTS.
test: $(READY) tools ## the tests, real Synapse, Element crypto, PostgreSQL and browser included
	@failed=0; \
	  PYTHONHASHSEED=0 $(BIN)/python -m pytest -m "not slow and not real" -n 2 --dist loadfile $(TESTS) || test $$? = 5 || failed=1; \
	  $(BIN)/python -m pytest -m "not slow and real" $(TESTS) || test $$? = 5 || failed=1; \
	  exit $$failed

test-all: $(READY) tools ## the long ones as well
	@KRING_WHOLE_TESTS=1 $(BIN)/python -m pytest $(TESTS)

check: $(READY) ## lint, format, types, and the direction of every import
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m hub.access.matrix | diff -u policies/role_matrix.txt - || \
	  { echo "policies/role_matrix.txt is not what the policies say; run: make matrix" >&2; exit 1; }

format: $(READY) ## put the code in one form
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

bench: $(READY) tools .venv-bench/.ready ## speed and memory, beside peers in the same run; QUICK=1 is smaller
	@$(BIN)/python -m tests.bench $(if $(QUICK),--quick)

# Peers live apart: nothing of theirs is needed to run Kring. Without a compiler for libolm the bench says who is absent.
.venv-bench/.ready: requirements-bench.lock
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock \
	  && touch $@ || { rm -rf .venv-bench; echo "The peers' packages cannot be installed here; the bench goes on without them." >&2; }

matrix: $(READY) ## print the role matrix from the policies
	@$(BIN)/python -m hub.access.matrix > policies/role_matrix.txt
	@cat policies/role_matrix.txt

proof: $(READY) ## ask the policies and the law, written twice, everything that can be asked (docs/proof-of-access.md)
	@$(BIN)/python -m tests.access.enumeration

mutants: $(READY) ## make every rule, and the code around the rules, wrong in each place, and see who notices (long)
	@$(BIN)/python -m tests.access.mutants_policies
	@$(BIN)/python -m tests.access.mutants_code

COVERED := hub/access/*,hub/application/guard.py,hub/application/facts.py,hub/application/auditing.py,hub/domain/audit*.py,hub/adapters/sql/audit_log.py
cover: $(READY) ## every branch of access, guard, facts and audit is walked by a test
	@$(BIN)/python -m coverage run --branch --data-file=.coverage --include='$(COVERED)' -m pytest -m "not slow" \
	  tests/access tests/application tests/domain tests/adapters tests/stories
	@$(BIN)/python -m coverage report --data-file=.coverage --show-missing --fail-under=100

lock: ## choose versions anew (needs uv), with hashes and without addresses
	@uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header --upgrade -q -o requirements.lock
	@uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header --upgrade -q \
	  --extra embedded --extra test -c requirements.lock -o requirements-dev.lock
	@uv pip compile tests/bench/company/requirements.in --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --upgrade -q -o requirements-bench.lock

tools: ## what the tests need outside Python: Node's packages and a browser
	@command -v npm >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq npm; } || \
	  { echo "The tests with Element's crypto need npm; on Debian: apt-get install npm" >&2; exit 1; }
	@sh tests/real/client/install.sh >/dev/null
	@command -v chromium >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium; } || \
	  echo "No Chromium here: the browser tests will say so and be left out. On Debian: apt-get install chromium" >&2

clean: ## what was built, not your data
	@rm -rf $(VENV) .venv-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/real/client/node_modules demo-report.json
