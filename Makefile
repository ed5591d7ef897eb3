# Everything a newcomer types. `make help` explains the targets.
PY ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS = never
export UV_SYSTEM_CERTS = 1
# Compiled once, in one place: uv compiles nothing, and a command would take 8 seconds to start.
# Container images like to forbid it, and each of the hundreds of processes of a test run compiles all.
export PYTHONPYCACHEPREFIX = $(CURDIR)/.pycache
unexport PYTHONDONTWRITEBYTECODE

# What tests write lies in memory where there is room: they sync as they should, tens of thousands of
# times, and it costs nothing there. What must be on a real disk is in test-faults.
ROOM = $(shell df --output=avail /dev/shm 2>/dev/null | tail -n 1)
IN_MEMORY = $(shell [ -w /dev/shm ] && [ "$(ROOM)" -gt 4000000 ] && echo TMPDIR=/dev/shm)

.DEFAULT_GOAL := help
.PHONY: help run test test-faults test-ha test-kannel test-long test-phone lint format bench lock openapi vectors vendor keyholder-dist image clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.ok: requirements.lock pyproject.toml
	$(PY) -m pip install -q --disable-pip-version-check --target .tools --upgrade "uv==0.13.9"
	$(UV) venv -q --clear --python "$$(command -v $(PY))" .venv
	$(UV) pip sync -q --python .venv --require-hashes requirements.lock
	$(UV) pip install -q --python .venv --no-deps --no-build-isolation --editable .
	touch $@

run: .venv/.ok ## start the service, the gateway, a phone simulator and a workbench on 127.0.0.1 (data under var/)
	$(BIN)/heliograph dev serve

# The real tus client, for tests/long/test_tus_client.py, which says so where it is missing.
tests/app/tus/node_modules/.ok: tests/app/tus/package-lock.json
	cd tests/app/tus && npm ci --silent --no-audit --no-fund --ignore-scripts && touch node_modules/.ok || echo "tus-js-client is not installed"

# What checks the web app: types, format, axe, and the libraries that client/vendor is made of.
client/node_modules/.ok: client/package-lock.json
	cd client && npm ci --silent --no-audit --no-fund --ignore-scripts && touch node_modules/.ok || echo "the client's packages are not installed"

test: .venv/.ok client/node_modules/.ok ## the tests (a part the machine lacks skips loudly); CI also runs test-long
	$(IN_MEMORY) $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test-faults: .venv/.ok ## kills, power cuts, failing disks, slow clients, wrong clocks (20 minutes; root sees most)
	$(BIN)/python -m pytest tests/faults --timeout=3600

test-ha: .venv/.ok ## failovers: three etcd and Patroni, PostgreSQL 15, two replicas of the service (minutes)
	$(BIN)/python -m pytest tests/ha

test-kannel: .venv/.ok ## Debian's Kannel between an SMSC and the service, killed under load (8 minutes)
	$(BIN)/python -m pytest tests/kannel --timeout=1500 $(KANNEL)

test-long: .venv/.ok tests/app/tus/node_modules/.ok client/node_modules/.ok ## the tour, the whole road, lost laptops, copies and uploads that are killed, every real row of STOP by every way in, clusters of the corpus, carried files, pages that wait, each part of the benchmarks once, exports of 5,000 hostile texts, also into LibreOffice, keyholder-dist (15 minutes where the machine is busy)
	$(IN_MEMORY) $(BIN)/python -m pytest tests/long --numprocesses auto --dist loadfile --timeout=1500

test-phone: .venv/.ok client/node_modules/.ok ## the reporter's app in Chromium against the real service and hostile ones (10 minutes)
	$(BIN)/python -m pytest tests/phone --numprocesses auto --dist loadfile

lint: .venv/.ok client/node_modules/.ok ## ruff, mypy, import rules, the project's own rules, the Dockerfile, biome and tsc
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tools.rules
	$(BIN)/hadolint Dockerfile
	cd client && npm run --silent check

format: .venv/.ok client/node_modules/.ok ## put the code into its shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd client && npm run --silent format

bench: .venv/.ok ## measure, side by side with what it is compared to; writes var/bench.json
	$(BIN)/python -m bench

lock: .venv/.ok ## pin every package by hash again (after a change in pyproject.toml)
	$(UV) pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --python-version 3.11 -q -o requirements.lock
	$(UV) pip compile pyproject.toml --universal --generate-hashes --no-header --python-version 3.11 -q -o requirements-run.lock
	$(UV) pip compile tools/keyholder_dist/pyproject.toml -c requirements.lock --universal --generate-hashes --no-header --python-version 3.11 -q -o requirements-keyholder.lock
	cd tests/app/tus && npm install --package-lock-only --silent --no-audit --no-fund
	cd client && npm install --package-lock-only --silent --no-audit --no-fund
	$(BIN)/python -m tools.strip_npm_lock tests/app/tus/package-lock.json client/package-lock.json
	printf 'hatchling>=1.27\n' | $(UV) pip compile - -c requirements.lock --universal --generate-hashes --no-header --python-version 3.11 -q -o requirements-build.lock

openapi: .venv/.ok ## write spec/openapi.json again
	$(BIN)/python -m tools.make_openapi

vectors: .venv/.ok ## write spec/vectors again
	$(BIN)/python -m tools.make_vectors

vendor: .venv/.ok client/node_modules/.ok ## copy the web app's libraries from npm's packages into client/vendor again
	$(BIN)/python -m tools.vendor_client

keyholder-dist: .venv/.ok ## keyholder for laptops that touch no network: wheels for Windows, macOS and Linux, hashes, a guide
	$(BIN)/python -m tools.keyholder_dist --python "$$(command -v $(PY))"

image: ## build the container image in a chroot, without an engine (needs root, buildah, debootstrap)
	tools/image.sh

clean: ## remove what make made, but never data under var/
	rm -rf dist client/node_modules client/types tests/app/tus/node_modules .venv .tools .pycache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
