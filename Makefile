# `make` alone prints what there is. Needs Python 3.11 to 3.13 and make; everything else is installed into .venv.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { echo "$$p"; break; }; done)
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PORT ?= 8000
CLIENT_SOURCES := $(shell find frontend_static/src frontend_static/explorer frontend_static/public frontend_static/scripts graphql/operations -type f 2>/dev/null | grep -v generated)

help: ## print this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1|\2/' | column -t -s '|'

.venv/.installed: requirements.lock requirements-uv.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python 3.11 to 3.13 on the PATH: install one, or call make PYTHON=/path/to/python"; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv || { echo "$(PYTHON) cannot make a virtual environment: install its venv module (Debian: python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q incubator graphql/incubator_graphql workers tests
	@touch $@

env: .venv/.installed ## install Python and Node dependencies from the locks

frontend_static/node_modules/.installed: frontend_static/package-lock.json .venv/.installed
	@cd frontend_static && npm ci --silent --no-audit --no-fund
	@touch $@

graphql/incubator_graphql/static/index.html: frontend_static/node_modules/.installed $(CLIENT_SOURCES) graphql/schema.graphql frontend_static/index.html frontend_static/vite.config.ts frontend_static/vite.explorer.config.ts
	@cd frontend_static && npm run --silent build
	@touch $@

client: graphql/incubator_graphql/static/index.html ## build the web client

run: env client ## install, build, start everything with the demo world; PORT=8000
	@$(BIN)/incubator up --demo

test: env client ## every test: Python, browser, web client
	@$(BIN)/python -m pytest -n 2 --dist loadgroup
	@cd frontend_static && npm run --silent test

check: env client ## linters, types, layers, schema snapshot; no finding allowed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m incubator_graphql.schema_snapshot --check
	cd frontend_static && npm run --silent check && npm run --silent lint

schema: env ## write graphql/schema.graphql from the code
	@$(BIN)/python -m incubator_graphql.schema_snapshot

migrations: env ## write a migration for what changed in the models
	@$(BIN)/incubator make-migrations

format: env ## format Python and the client
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .
	@cd frontend_static && npm run --silent format

bench: env ## run every benchmark
	@$(BIN)/incubator bench

prove: env ## the long fault and property proofs and the benchmarks; updates docs/evidence.md
	@INCUBATOR_PROVE=1 $(BIN)/python -m pytest -m prove
	@INCUBATOR_PROVE=1 $(BIN)/incubator bench

lock: env ## resolve the dependencies anew into requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --all-extras --upgrade pyproject.toml -o requirements.lock
	@awk '/^uv==/{p=1;print;next} p&&/^    --hash/{print;next} p{exit}' requirements.lock > requirements-uv.lock

clean: ## remove what was installed and built (never data)
	rm -rf .venv frontend_static/node_modules graphql/incubator_graphql/static

.PHONY: help env client run test check schema migrations format bench prove lock clean
