# What one types. `make help` lists it.

PYTHON ?= $(firstword $(foreach name,python3.11 python3 python,$(shell command -v $(name) 2>/dev/null)))
PORT ?= 8000
BIN := .venv/bin
FLASK := $(BIN)/flask --app wsgi
WORKERS ?= auto
export PYTHONDONTWRITEBYTECODE = 1

.DEFAULT_GOAL := help
.PHONY: help run setup test soak bench pictures tidy migration access served tested

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# An environment is built when there is none, and filled again only when the requirements say something new. What was
# installed last lies in the environment itself, so that clones which share one do not undo each other's work.
define environment
@if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; PYTHON=... names it."; exit 1; }; \
	$(PYTHON) -m venv .venv || { echo "Python's venv module is needed (Debian: the package python3-venv)."; exit 1; }; fi
@if ! cat $(1) | cmp -s - .venv/installed-$(2).txt; then \
	echo "Building the environment ($(1))"; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(addprefix -r ,$(1)) && cat $(1) > .venv/installed-$(2).txt; fi
endef

served:
	$(call environment,requirements.txt,served)

tested:
	$(call environment,requirements.txt tests/requirements.txt,tested)

setup: tested ## the environment alone, in .venv

# The accounts of a demo are kept under the name of its database, so that they are never shown for another one.
ACCOUNTS = instance/demo-$(shell printf %s "$$DATABASE_URL" | cksum | cut -d ' ' -f 1)-accounts.txt

run: served ## the demo clinic at http://127.0.0.1:8000 (PORT=...), with the background jobs beside it
	@mkdir -p instance
	@echo "Preparing the database; the demo clinic is made the first time, which takes some seconds."
	@umask 077; if $(FLASK) setup --demo > instance/setup.out; then mv instance/setup.out $(ACCOUNTS); \
	else $(FLASK) setup || exit 1; fi; rm -f instance/setup.out
	@if [ -s $(ACCOUNTS) ]; then echo; echo "Sign in as (email, role, password):"; cat $(ACCOUNTS); fi
	@echo; echo "http://127.0.0.1:$(PORT)   Ctrl-C stops it"; echo
	@$(BIN)/gunicorn --bind 127.0.0.1:$(PORT) --threads 8 --no-control-socket wsgi:app & web=$$!; \
	$(FLASK) work & work=$$!; \
	trap 'trap "" INT TERM; kill $$web $$work 2>/dev/null; wait; exit 0' INT TERM; \
	wait $$web; status=$$?; kill $$work 2>/dev/null; wait; exit $$status

test: tested ## every check and test, on SQLite and on PostgreSQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q -rs

soak: tested ## the long drills; each prints what it tried and what it found
	$(BIN)/python -m pytest -m soak -s

bench: tested ## pages and commands by engine and size of data: SQL statements and milliseconds; how good a built week is
	$(BIN)/python -m tests.bench

pictures: tested ## take the pictures of the README anew, of a demo clinic made for them
	@$(BIN)/python -m tests.pictures

tidy: tested ## put imports and layout right
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

migration: tested ## write the migration that brings the tables to the models: make migration slug=add-something
	@$(BIN)/python -m migrations.write $(slug)
	@$(BIN)/ruff format --quiet migrations

access: tested ## write access.txt anew: which role may open which page
	$(BIN)/python -m tests.house.access > access.txt
