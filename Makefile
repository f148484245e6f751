# The list of verbs. Each sets up what it needs by itself, inside this checkout, and says what it is doing.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test fast bench accuracy conformance fmt clean

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 13

$(READY): pyproject.toml
	@echo "==> setting up $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv
	@$(BIN)/uv pip install -q -p $(VENV) -e . --group dev
	@touch $@

demo: $(READY) ## Take the shop from blueprint to a running system, and buy something
	@$(BIN)/python -u -m tests.demo

test: $(READY) ## Lint, type-check and test everything, generated systems included
	@CI=$(CI) sh tests/servers/install.sh
	@echo "==> ruff" && $(BIN)/ruff check -q . && $(BIN)/ruff format --check -q .
	@echo "==> mypy" && $(BIN)/mypy
	@echo "==> import contracts" && $(BIN)/lint-imports --no-logo
	@echo "==> pytest: in memory and on disk" && $(BIN)/pytest -q -n 2 -m "not alive and not conformance"
	@echo "==> pytest: generated systems, alive" && $(BIN)/pytest -m alive

fast: $(READY) ## The tests that take seconds
	@$(BIN)/pytest -q -n 2 -m "not alive and not conformance"

bench: $(READY) ## Print how fast it is, as ratios to a floor measured in the same run
	@$(BIN)/python -u -m tests.bench

accuracy: $(READY) ## Compare the linter with other people's verdicts on real systems (../shared/systems)
	@$(BIN)/python -m tests.accuracy

conformance: $(READY) ## Ask more of other people's checkers, which Go builds and npm brings (needs both)
	@$(BIN)/pytest tests/conformance

fmt: $(READY) ## Format and mend what ruff can
	@$(BIN)/python -m tests.cli.bake_help && $(BIN)/python -m tests.docs.fresh
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

clean: ## Remove what the other verbs made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .conformance demo
