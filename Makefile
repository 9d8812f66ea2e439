# `make help` lists what this file can do.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
# The distribution's own Python first: it is built for speed, which interpreters built at home often are not
# (recording took 1.2 times the Python time under one); else whatever the path offers that can make a venv.
PYTHONS := /usr/bin/python3.11 /usr/bin/python3.12 /usr/bin/python3.13 python3.11 python3.12 python3.13 python3
CAN_SERVE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(or $(shell for one in $(PYTHONS); do "$$one" -c '$(CAN_SERVE)' 2>/dev/null && echo "$$one" && break; done), \
  $(firstword $(foreach name,$(PYTHONS),$(shell command -v $(name)))))
VENV := .venv
STAMP := $(VENV)/.stamp

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

.PHONY: setup
setup: $(STAMP) ## make .venv with the locked packages

# Made anew whenever the lock changes, so nobody works with yesterday's packages.
$(STAMP): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c '$(CAN_SERVE)' 2>/dev/null || $(MAKE) python-venv
	@echo "setting up $(VENV)"
	@test -x $(VENV)/bin/pip || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@$(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(VENV)/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@rm -rf $(VENV)/lib/python3*/site-packages/thidua # the folders copied for wheels: a checkout reads its own
	@touch $@

# Debian keeps ensurepip in a package of its own.
.PHONY: python-venv
python-venv:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; \
	else \
	  echo "Python 3.11 with venv is needed. Run: sudo apt-get install -y python3.11 python3-venv" >&2; exit 1; \
	fi

.PHONY: up
up: $(STAMP) ## start everything and serve http://127.0.0.1:8000
	@exec $(VENV)/bin/thidua up

.PHONY: check
check: $(STAMP) ## style, types, directions of imports, templates
	@$(VENV)/bin/ruff check -q
	@$(VENV)/bin/ruff format -q --check
	@$(VENV)/bin/mypy
	@mkdir -p build
	@$(VENV)/bin/lint-imports --no-cache >build/imports.log 2>&1 || { cat build/imports.log; exit 1; }
	@! test -d templates || $(VENV)/bin/djlint templates --lint --quiet

.PHONY: test
test: $(STAMP) build/chromium check ## set up, check, and pass every fast test
	@rm -f build/promises.jsonl
	@$(VENV)/bin/pytest -m "not long" -n 2 --dist loadfile

.PHONY: test-all
test-all: test build/verifiers/.stamp ## what `make test` does, and the full form of every promise
	@$(VENV)/bin/pytest -m "long and not alone" -n 2 --dist loadfile
	@$(VENV)/bin/pytest -m "long and alone"

.PHONY: format
format: $(STAMP) ## put the code in its usual shape
	@$(VENV)/bin/ruff check -q --fix
	@$(VENV)/bin/ruff format -q

build/chromium:
	@bash tests/support/chromium.sh

# Verifiers of badges that others wrote, in JavaScript; without npm their tests say that they were left out.
VERIFIERS := $(addprefix tests/support/verifiers/,package.json package-lock.json verify.mjs)
build/verifiers/.stamp: $(VERIFIERS)
	@mkdir -p build/verifiers
	@cp $(VERIFIERS) build/verifiers
	@! command -v npm >/dev/null || (cd build/verifiers && npm ci --silent --ignore-scripts --no-audit --no-fund)
	@touch $@

.PHONY: lock
lock: ## write the two requirements files from pyproject.toml
	@python3 -m venv build/lock-venv && build/lock-venv/bin/pip install -q uv
	@build/lock-venv/bin/uv pip compile pyproject.toml $(LOCK_FLAGS) -o requirements.txt
	@build/lock-venv/bin/uv pip compile pyproject.toml --extra dev $(LOCK_FLAGS) -o requirements-dev.txt

# The lock names packages and hashes only: no address, no path of whoever made it.
LOCK_FLAGS := -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
  --no-emit-index-url --no-emit-find-links
