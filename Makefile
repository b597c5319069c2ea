# Commands of the project. `make` alone lists them. Every path is relative: the folder's own path may hold spaces and Chinese characters.

PYTHON ?= python3
BIN := .venv/bin
# Two workers suit two cores; a module's tests stay together, so that its servers start once.
WORKERS ?= 2
# What to test: make test T=tests/embedded
T ?= tests

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test check format lint types contracts migrations bench drill sabotage load docs clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 18

setup: ## prepare everything in .venv (about half a minute; nothing to do when it is up to date)
	@$(PYTHON) tools/bootstrap.py

demo: setup ## start the platform with fictional centres and open the story (Ctrl-C ends it)
	@$(BIN)/gjj demo

test: setup ## run all tests on embedded servers
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --durations=10 $(T)

check: setup format lint types contracts migrations test ## everything that must hold before a change is taken

format: setup ## code is formatted (mend with: .venv/bin/ruff format)
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted; run: .venv/bin/ruff format"; exit 1; }

lint: setup ## code holds to the rules of style
	@$(BIN)/ruff check --quiet .

types: setup ## types hold
	@$(BIN)/mypy
	@$(BIN)/mypy hatch_build.py tools tests

contracts: setup ## rooms import only the rooms below them
	@$(BIN)/lint-imports

migrations: setup ## one head, and the migrations build what the models declare
	@$(BIN)/python tools/check_migrations.py

bench: setup ## compare our ways with plain ones, as ratios (some: make bench B="audit isolation")
	@$(BIN)/python -m loadtests.bench $(B)

drill: setup ## long forms of the checks, in parts (some: make drill D="pool sabotage")
	@$(BIN)/python tools/drill.py $(D)

sabotage: setup ## plant known defects one by one and see the tests go red
	@$(BIN)/python tools/sabotage.py

load: setup ## put load on a running demo and judge it by loadtests/budgets.yaml (more: make load A="--rate 40 --seconds 120")
	@$(BIN)/python -m loadtests $(A)

docs: setup ## build the documentation and the API's description into build/docs, to be read without a network
	@$(BIN)/python tools/build_docs.py

clean: ## remove caches and build results; keeps .venv and data
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	@find . -path ./.venv -prune -o -name __pycache__ -type d -exec rm -rf {} +
