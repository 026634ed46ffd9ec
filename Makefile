# Everything a newcomer or a developer does. Needs Python >= 3.11, make and git; the rest goes into .venv.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
  "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
PORT ?= 8000
BIN := .venv/bin
WORKERS ?= 2
LEADS ?= 100000
# Tests and checks never touch the data directory of `make run`.
TEST_ENV := DJANGO_SETTINGS_MODULE=leadloop.config.settings LEADLOOP_DATA=$(CURDIR)/.venv/test-data

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "leadloop needs Python 3.11 or newer; none was found on PATH." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.run: requirements/run.txt pyproject.toml scripts/hatch_build.py | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

src/leadloop/locale/zh_Hans/LC_MESSAGES/django.mo: src/leadloop/locale/zh_Hans/LC_MESSAGES/django.po .venv/.run
	@$(BIN)/python scripts/translations.py compile

.PHONY: help setup run test fast lint types contracts migrations translations sqlite postgresql browser bench assets lock screenshots clean

setup: .venv/.run src/leadloop/locale/zh_Hans/LC_MESSAGES/django.mo ## the environment in .venv

run: setup ## the application with the demo company, on PORT (8000)
	exec $(BIN)/leadloop demo --port $(PORT)

test: .venv/.dev setup lint types contracts migrations translations postgresql sqlite ## everything, on both databases (about 16 minutes on two cores)

fast: .venv/.dev setup ## the tests to run while working (under 3 minutes)
	$(TEST_ENV) $(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow and not browser"

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.dev
	$(TEST_ENV) $(BIN)/mypy

contracts: .venv/.dev
	$(BIN)/lint-imports --no-cache

migrations: .venv/.dev setup
	$(TEST_ENV) $(BIN)/leadloop manage makemigrations --check --dry-run

translations: .venv/.dev setup
	$(BIN)/python scripts/translations.py check

browser:
	@sh scripts/browser.sh

sqlite: .venv/.dev setup browser
	$(TEST_ENV) $(BIN)/python -m pytest -q -n $(WORKERS)

# The tests of what touches the database, once more on a real PostgreSQL.
postgresql: .venv/.dev setup
	$(TEST_ENV) $(BIN)/python scripts/with_postgresql.py --servers $(WORKERS) \
	  $(BIN)/python -m pytest -q -n $(WORKERS) -m "not browser and not pure"

bench: .venv/.dev setup ## measure; LEADS=1000000 for the large run
	$(BIN)/leadloop bench --leads $(LEADS)

assets: .venv/.run ## fetch the style sheets and scripts named in the manifest again
	$(BIN)/python scripts/vendor_assets.py

lock: .venv/.dev ## resolve the dependencies again, with hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml --group build -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml --group dev -o requirements/dev.txt

clean: ## remove the environment; data/ stays
	rm -rf .venv build dist
