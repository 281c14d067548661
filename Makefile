# make demo   the main job for real: a goal becomes a plan, the plan is checked and run (fetches a model once, about 1.1 GB)
# make test   everything CI runs: linters, types, architecture, tests
#
# Both set up what they need in .venv (Python 3.11 or newer and a package index are enough) and are quick the next time.
# PYTHON=... names another interpreter.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	command -v $$python >/dev/null 2>&1 && $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
CONSTRAINTS := $(wildcard constraints.txt)
INSTALL = sh .ci/install $(BIN) $(CONSTRAINTS:%=--constraint %)

.DEFAULT_GOAL := help
.PHONY: help demo test fix clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -n 6

demo: $(VENV)/.ready-to-run
	@$(BIN)/planc demo $(DEMO)

test: $(VENV)/.ready-to-test
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

fix: $(VENV)/.ready-to-test
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "planc needs Python 3.11 or newer, and no python3 here is; name one with PYTHON=..." >&2; exit 1; }
	@echo "making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready-to-run: pyproject.toml $(CONSTRAINTS) | $(BIN)/python
	@$(INSTALL) --editable '.[local]'
	@touch $@

$(VENV)/.ready-to-test: pyproject.toml $(CONSTRAINTS) .ci/browser .ci/editor | $(BIN)/python
	@$(INSTALL) --editable '.[local,mcp,serve,traces,pytest]' --group dev
	@sh .ci/browser
	@sh .ci/editor
	@touch $@ $(VENV)/.ready-to-run
