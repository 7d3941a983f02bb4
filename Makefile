# Every task in one word; `make` alone lists them. All of them do their own set-up.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# Where nothing compiled is kept, every desk and every test process compiles the whole program again.
unexport PYTHONDONTWRITEBYTECODE
PORT ?= 8000
DATA ?= data/demo
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
# The project's own tools never ask for anything but a package, by name and hash.
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/pip -q

help: ## list the tasks
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: .venv/ready ## run the demonstration session (PORT= and DATA= override)
	@$(BIN)/session-app demo --data $(DATA) --port $(PORT)

test: .venv/ready-dev ## set up and run the whole suite
	@tests/run

quick: .venv/ready-dev ## only the quick tests
	@TMPDIR=$$(tests/folder) $(BIN)/pytest -q -n auto --dist worksteal --ignore tests/browser -m "not slow and not browser"

check: .venv/ready-dev ## what CI runs: format, lint, types, arrows, generated files, tests
	@tests/check

bench: .venv/ready-dev ## our benchmarks beside their peers
	@benchmarks/run

format: .venv/ready-dev ## format and mend what can be mended
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docs: .venv/ready-dev ## write the generated files
	@$(BIN)/python -m docs.generate

screenshots: .venv/ready-dev ## take the pictures of all screens anew (needs Chromium)
	@PYTHONPATH=.:tests $(BIN)/python -m docs.screenshots

vendor: ## bundle the third-party JavaScript again (needs Node)
	@npm ci --no-audit --no-fund && npm run vendor

lock: .venv/ready-dev ## pin the newest dependencies that fit, with hashes
	@$(BIN)/pip-compile -q --upgrade --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-header -o requirements.txt pyproject.toml requirements.in
	@$(BIN)/pip-compile -q --upgrade --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-header -o requirements-dev.txt requirements-dev.in

.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "session-app needs Python 3.11 or newer: install it (Debian: apt-get install python3) and run make again."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python cannot make a virtual environment: install its venv module (Debian: apt-get install python3-venv) and run make again."; rm -rf .venv; exit 1; }

.venv/ready: requirements.txt pyproject.toml | .venv/bin/pip
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e . 2> .venv/install.log || { cat .venv/install.log; exit 1; }
	@touch $@

.venv/ready-dev: requirements-dev.txt .venv/ready
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: help demo test quick check bench format docs screenshots vendor lock
