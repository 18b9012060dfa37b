# The two commands that do everything are `make serve` and `make test`; each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
CLIENTS := tests/clients
W3C := build/w3c
WEB := server/kommungraf/static/built

.PHONY: serve build test check bench lock web clients w3c clean

serve: $(VENV)/.ready web
	$(BIN)/kommungraf build
	$(BIN)/kommungraf serve --port $(PORT)

build: $(VENV)/.ready
	$(BIN)/kommungraf build

test: check web clients w3c
	$(BIN)/python -m pytest -n 3 --dist loadfile

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
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Without Node the pages work all the same, less comfortably.
web:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(WEB)/manifest.json || \
		echo "The front end could not be built; the pages work without it." >&2; \
	else echo "Node is not installed: no query editor, no outlines on maps. Install Node 20 or newer and run 'make web'." >&2; fi

$(WEB)/manifest.json: web/package-lock.json web/build.mjs $(wildcard web/src/*)
	npm ci --prefix web --no-audit --no-fund --loglevel=error --ignore-scripts
	npm run --prefix web --silent build

# Comunica and a reader of sitemaps, with which tests ask our server; without Node those tests are skipped.
clients:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(CLIENTS)/node_modules/.package-lock.json || \
		echo "Comunica and the reader of sitemaps could not be installed; their tests are skipped." >&2; fi

$(CLIENTS)/node_modules/.package-lock.json: $(CLIENTS)/package-lock.json
	npm ci --prefix $(CLIENTS) --no-audit --no-fund --loglevel=error --ignore-scripts
	touch $@

# The W3C's SPARQL tests, which are run over HTTP; without them that test is skipped.
w3c: $(VENV)/.ready
	@$(MAKE) --no-print-directory $(W3C)/.ready || echo "The W3C's tests could not be fetched; they are skipped." >&2

$(W3C)/.ready: tests/w3c.txt
	mkdir -p $(W3C)
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary rdflib --require-hashes -r $< -d $(W3C)
	tar xzf $(W3C)/rdflib-*.tar.gz -C $(W3C) --strip-components=5 --wildcards '*/suites/w3c/dawg-data-r2/*' '*/suites/w3c/sparql11/*'
	touch $@

clean:
	rm -rf $(VENV) web/node_modules $(CLIENTS)/node_modules $(WEB) build .mypy_cache .ruff_cache .pytest_cache
