# `make help` lists what there is. Everything runs from .venv, which `make setup` fills from hash-pinned requirements.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BRIEF ?= examples/url-shortener.md
BIN := .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run up down test test-long check lint types imports migrations-check bench screenshots prove

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: .venv/installed ## install what is needed to run, into .venv

setup-dev: .venv/installed-dev ## install what is needed to test and check, too

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "BotArmy needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "BotArmy needs Python 3.11 or newer, and $(PYTHON) is older; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	"$(PYTHON)" -m venv .venv

.venv/installed: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN) pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	$(BIN) pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN) pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@

run: setup ## carry a brief (BRIEF=...) from start to delivery
	@trap : INT; running=yes; \
	$(BIN) cli.main status >/dev/null 2>&1 || { running=; $(BIN) cli.main up --detach || exit $$?; }; \
	$(BIN) cli.main run "$(BRIEF)"; code=$$?; \
	if [ "$$code" = 130 ]; then echo "The stack still runs; 'make down' stops it."; \
	elif [ -z "$$running" ]; then $(BIN) cli.main down; fi; \
	exit $$code

up: setup ## start the stack, and stay until Ctrl-C
	@$(BIN) cli.main up

down: setup ## stop a stack that runs in the background
	@$(BIN) cli.main down

test: setup-dev ## run the tests, against real servers; 8 minutes at most
	$(BIN) pytest -m 'not long'

test-long: setup-dev ## run the tests that `make test` leaves out: what is broken, attacked, pictured or measured
	$(BIN) pytest -m long

check: lint types imports migrations-check test test-long ## everything that CI checks

lint: setup-dev
	$(BIN) ruff check .
	$(BIN) ruff format --check .
	$(BIN) deptry .

types: setup-dev
	$(BIN) mypy

imports: setup-dev
	.venv/bin/python .venv/bin/lint-imports

migrations-check: setup-dev
	$(BIN) tests.migrations

bench: setup-dev ## measure, and print the figures in one table
	@$(BIN) benchmarks

prove: setup-dev ## break things, and print a table of what survived; 35 minutes at most (SEED=... repeats a run)
	@$(BIN) pytest tests/faults tests/abuse --prove --session-timeout 2100 $(if $(SEED),--seed $(SEED))

screenshots: setup-dev ## picture every view of the page, into screenshots/
	@$(BIN) tests.web screenshots
