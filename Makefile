# `make help` lists the targets. Everything runs from .venv, which `make setup` fills from hash-pinned requirements.
SHELL := /bin/sh
# Passed on unchanged, whatever characters they contain; recipes read them from the environment.
override PYTHON := $(value PYTHON)
override BRIEF := $(or $(value BRIEF),examples/url-shortener.md)
override MODEL := $(value MODEL)
export PYTHON BRIEF MODEL
# These belong to other projects. scripts/setup also resets pip's and uv's variables.
unexport CDPATH VIRTUAL_ENV PYTHONEXECUTABLE PYTHONHOME PYTHONINSPECT PYTHONOPTIMIZE PYTHONPATH PYTHONPLATLIBDIR
# uv installs no bytecode: without it, each of hundreds of processes would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin/python -m
# Two processes, each with its own servers: tests mostly wait. tests/conftest.py orders the files, and tests/watchdog.py
# ends a session that hangs.
PYTEST := $(BIN) pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

# A test that fails is run again, alone: on a machine with two cores, some race. Both results are printed.
AGAIN := --last-failed --last-failed-no-failures none --maxfail 1 --session-timeout 600
run_tests = $(PYTEST) -m $(1) --session-timeout $(2) || { [ "$$?" = 1 ] && $(BIN) pytest -m $(1) $(AGAIN); }

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run up down test test-long check lint types imports page-check migrations-check bench eval \
	bench-peers screenshots prove lock secrets pin-images

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: ## install everything needed to run, into .venv
	@sh scripts/setup

setup-dev: ## also install everything needed to test and check
	@sh scripts/setup dev

run: setup ## run a brief (BRIEF=...) from start to delivery (MODEL=provider:model; a rehearsal without one)
	@trap : INT; tries=0; \
	[ -z "$$MODEL" ] || $(BIN) cli.main models -- "$$MODEL" || exit; \
	$(BIN) cli.main up --detach --fail-if-running; up=$$?; \
	[ "$$up" = 0 ] || [ "$$up" = 7 ] || exit "$$up"; \
	until [ "$$up" = 0 ] || $(BIN) cli.main status >/dev/null 2>&1 || [ "$$?" = 3 ] || [ "$$tries" = 60 ]; do \
	tries=$$((tries + 1)); sleep 1; done; \
	$(BIN) cli.main run "$$BRIEF" $${MODEL:+"--model=$$MODEL" --no-check}; code=$$?; \
	if [ "$$code" = 130 ]; then echo "The stack is still running; 'make down' stops it."; \
	elif [ "$$up" = 0 ]; then $(BIN) cli.main down; fi; \
	exit $$code

up: setup ## start the stack and run it until Ctrl-C
	@$(BIN) cli.main up

down: setup ## stop a stack that runs in the background
	@$(BIN) cli.main down

test: setup-dev ## run the tests, against real servers; about 12 minutes
	$(call run_tests,'not long',1800)

test-long: setup-dev ## run the tests that `make test` skips: faults, attacks, every view; half an hour
	$(call run_tests,long,2700)

check: lint types imports page-check migrations-check test ## run everything that CI checks; about 20 minutes

lint: setup-dev
	$(BIN) ruff check .
	$(BIN) ruff format --check .
	$(BIN) deptry .
	.venv/bin/typos

types: setup-dev
	printf '%s\n' 3.11 3.12 3.13 3.14 | xargs -n 1 -P 2 $(BIN) mypy --python-version

imports: setup-dev
	.venv/bin/python .venv/bin/lint-imports

# deno.json configures it. Nothing is downloaded, and its cache stays in .venv.
DENO := DENO_DIR=.venv/deno-cache DENO_NO_UPDATE_CHECK=1 .venv/bin/deno

page-check: setup-dev ## check the page's JavaScript: lint, format, types, unit tests
	$(DENO) lint
	$(DENO) fmt --check
	$(DENO) check --no-remote --no-npm benchmarks/*.js web/js tests/web/unit
	$(DENO) test --no-check --no-remote --no-npm --allow-read=web tests/web/unit

migrations-check: setup-dev
	$(BIN) tests.migrations

bench: setup-dev ## run the benchmarks and print the figures in one table
	@$(BIN) benchmarks

bench-peers: setup-dev ## run the same work in DBOS, LangGraph, Celery and by hand on Temporal, in .venv-peers
	@$(BIN) benchmarks.peers

eval: setup ## run the briefs of evals/ through the crew with a model (MODEL=...), and print a table
	@[ -n "$$MODEL" ] || { echo "Name a model: make eval MODEL=openai:gpt-5" >&2; exit 2; }; \
	trap : INT; \
	$(BIN) cli.main models -- "$$MODEL" || exit; \
	$(BIN) cli.main up --detach --fail-if-running; up=$$?; \
	[ "$$up" = 0 ] || [ "$$up" = 7 ] || exit "$$up"; \
	$(BIN) cli.main eval --model "$$MODEL" --no-check; code=$$?; \
	[ "$$up" = 7 ] || $(BIN) cli.main down; \
	exit $$code

prove: setup-dev ## run the full proof and print its table; an hour and a half at most (SEED=... repeats a run)
	@$(BIN) pytest tests/faults tests/abuse --prove --session-timeout 5400 $(if $(SEED),--seed $(SEED))

screenshots: setup-dev ## take screenshots of every view, into screenshots/, and those of the docs
	@$(BIN) tests.web screenshots

secrets: ## generate the passwords of docker-compose.yml, in secrets/; existing ones are kept
	@sh scripts/secrets

pin-images: ## add to each image of docker-compose.yml and Dockerfile the digest of its tag (needs Docker)
	@sh scripts/pin-images

# `--upgrade` takes the newest version of everything; without it, pins stay as long as they fit.
COMPILE := $(BIN) uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header $(if $(UPGRADE),--upgrade)
LOCK := $(COMPILE) pyproject.toml
PEERS := benchmarks/peers/requirements
PINNED := sed -n 's/^\([^ =]*\)==.*/--no-emit-package \1/p'

lock: setup-dev ## pin every dependency by hash in requirements*.txt (UPGRADE=1: the newest of each)
	$(LOCK) --output-file requirements.txt
	$(LOCK) --extra servers --constraint requirements.txt --output-file requirements-servers.txt \
		$$($(PINNED) requirements.txt)
	$(LOCK) --extra telemetry --constraint requirements.txt --output-file requirements-telemetry.txt \
		$$($(PINNED) requirements.txt)
	$(LOCK) --extra mcp --constraint requirements.txt --output-file requirements-mcp.txt $$($(PINNED) requirements.txt)
	$(LOCK) --all-extras --constraint requirements.txt --constraint requirements-servers.txt \
		--constraint requirements-telemetry.txt --constraint requirements-mcp.txt --output-file requirements-dev.txt \
		$$($(PINNED) requirements.txt requirements-servers.txt requirements-telemetry.txt requirements-mcp.txt)
	$(COMPILE) --constraint requirements.txt --output-file $(PEERS).txt $(PEERS).in
