# What one does here every day. `make` alone lists it.
#
# Everything runs in .venv, which is made when it is missing and brought up to date when the declared dependencies change.
# PYTHON chooses the interpreter it is made with: make PYTHON=python3.12 test

PYTHON ?= python3
# One synthetic tree; without options the benchmark also installs npm's packages and builds a million files.
BENCH ?= --real 0 --entries 139000
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help test all docs bench lint format hooks lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: .venv/ready ## run the fast tests, on all processors
	$(BIN)/python -m pytest -n auto -m "not slow"

all: ## run everything a change has to pass, in a fresh environment
	bash .ci/run

lint: .venv/ready ## check style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/ready ## mend style where a tool can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: .venv/ready ## write help texts, picture and schemas again, and build the site into site/
	$(BIN)/python -m tests.support.help_texts
	$(BIN)/python -m scripts.picture
	$(BIN)/python -m scripts.schemas
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

bench: .venv-bench/ready ## compare the speed with du and docker-devtools; BENCH has the options
	.venv-bench/bin/python benchmarks/run.py --ctxopt .venv-bench/bin/ctxopt \
		--devtools .venv-bench/bin/docker-devtools $(BENCH)

hooks: .venv/ready ## run the hooks of this repository before every commit
	$(BIN)/python -m pip install --quiet pre-commit
	$(BIN)/pre-commit install

lock: .venv/ready ## write requirements-dev.txt again, with the newest versions
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --extra test --extra docs pyproject.toml \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --output-file requirements-dev.txt

clean: ## remove the environments and what the tools left
	rm -rf site .venv .venv-bench .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# A folder's time says nothing about what is in it, so an empty file does.
.venv/ready: pyproject.toml requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c requirements-dev.txt -e '.[test,docs]'
	touch $@

# Installed as users do it: an editable install starts more slowly, which is half of what is measured.
.venv-bench/ready: pyproject.toml $(shell find ctxopt -name '*.py' -o -name '*.json')
	$(PYTHON) -m venv .venv-bench
	CTXOPT_NATIVE=1 .venv-bench/bin/python -m pip install --quiet --force-reinstall --no-deps .
	CTXOPT_NATIVE=1 .venv-bench/bin/python -m pip install --quiet -c requirements-dev.txt . docker-devtools
	touch $@
