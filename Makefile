# The two commands that do everything are `make serve` and `make test`; each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.PHONY: serve build test check bench lock clean

serve: $(VENV)/.ready
	$(BIN)/kommungraf build
	$(BIN)/kommungraf serve --port $(PORT)

build: $(VENV)/.ready
	$(BIN)/kommungraf build

test: check
	$(BIN)/python -m pytest

check: $(VENV)/.ready
	$(BIN)/ruff format --check server tests bench
	$(BIN)/ruff check server tests bench
	$(BIN)/mypy
	$(BIN)/kommungraf check --format github

bench: $(VENV)/.ready
	$(BIN)/python -m bench

# Hashes are kept, the registry's address isn't.
lock: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--extra dev --output-file requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--output-file requirements.lock pyproject.toml

$(VENV)/.ready: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache
