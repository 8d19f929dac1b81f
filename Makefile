# Two commands do everything on a fresh machine: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(STAMP) ## install everything into .venv, from the lock file

$(STAMP): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

run: setup ## load the sample data and serve the pages (PORT, ZHIXUN_DATA_DIR)
	$(BIN)/zhixun demo
	$(BIN)/zhixun serve --port $(PORT)

# Servers that cannot be had here are named by `start`, and their tests by -rs; REQUIRE_SERVICES=1 makes them failures.
# The servers go on running, so that the next run begins at once.
# Three at a time keep two cores busy while one waits for a server; a file stays together, so its fixtures are made once.
test: setup ## every test but the slow ones, with the servers that this machine can have
	@scripts/services start || true
	@set -a; eval "$$(scripts/services env)"; set +a; $(BIN)/pytest -rs -m "not slow" -n 3 --dist loadfile

# In the order of their names: ordered by how many tests are in them, files with a single one of minutes would come last.
test-slow: setup ## the tests that need minutes
	@scripts/services start || true
	@set -a; eval "$$(scripts/services env)"; set +a; $(BIN)/pytest -rs -m slow -n 3 --dist loadfile --no-loadscope-reorder

services-stop: ## end the servers that make test started
	@scripts/services stop

check: setup ## lint, types, layers, judged relevance
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python bench/relevance --judged --check --alone

bench: setup ## the benchmarks; prints a table with peer, ratio and target
	@scripts/services start || true
	@set -a; eval "$$(scripts/services env)"; set +a; $(BIN)/python -m bench
	$(BIN)/python bench/relevance --judged
	if [ -d ../shared/data/standards ]; then $(BIN)/python bench/relevance; fi

format: setup ## bring the code into form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: setup ## renew the lock files (needs uv)
	uv pip compile -q pyproject.toml --universal --python-version 3.11 --extra fast --generate-hashes --no-header --no-annotate -o requirements.lock
	uv pip compile -q pyproject.toml --universal --python-version 3.11 --extra fast --group dev --generate-hashes --no-header --no-annotate -o requirements-dev.lock
	uv pip compile -q --group pyproject.toml:build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-build.lock

.PHONY: help setup run test test-slow services-stop check bench format lock
