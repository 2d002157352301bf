# The only entry: `make help` tells the words. Nothing here needs to be set; see docs/settings.md for what can be.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help install demo test field files check mutants bench lock clean machine
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0
CHROMIUM := $(or $(COMMONS_CHROMIUM),/usr/bin/chromium)
DEJAVU := /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf

help: ## tell these words
	@sed -En 's/^([a-z]+):.*## (.*)/  make \1 \t\2/p' Makefile | expand -t 16

install: $(INSTALLED) ## install the program into .venv; anew where pyproject.toml has changed

demo: $(INSTALLED) ## fill a commons with invented partners and serve it; ARGS=--no-serve stops before serving
	@$(BIN)/commons demo $(ARGS)

test: WITH_BROWSER := yes
test: check ## check, then run every test; a test that would be skipped for lack of something fails
	@COMMONS_REQUIRE_ALL=1 $(BIN)/pytest --numprocesses 2 --dist loadfile $(ARGS)

# Files that are not ours to give: originals of official data, partners' files, files that break readers, labelled sets.
FIELD := mirror partners awkward linkage

# What of it is not in the folder DATA, or is empty there.
LACKING = $(strip $(foreach part,$(FIELD),$(if $(and $(DATA),$(wildcard $(DATA)/$(part)/*)),,$(part)/)))
need-field:
	@if [ -n "$(LACKING)" ]; then
		echo "This needs DATA=FOLDER, a folder with $(FIELD:%=%/). Missing or empty in '$(DATA)': $(LACKING)" >&2
		exit 1
	fi

field: need-field $(INSTALLED) ## test on real files that are not in the repository; DATA=FOLDER holds them
	@COMMONS_FIELD_DATA='$(abspath $(DATA))' COMMONS_REQUIRE_ALL=1 $(BIN)/pytest --numprocesses 2 tests/field $(ARGS)

files: need-field $(INSTALLED) ## write docs/files.md anew: what becomes of each file of DATA=FOLDER
	@$(BIN)/python tests/support/field_files.py '$(DATA)' > docs/files.md.new
	mv docs/files.md.new docs/files.md

check: $(INSTALLED) ## style, format, types, and which room may import which
	@$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

mutants: $(INSTALLED) ## break each rule of consent on purpose; the tests must notice (about ten minutes)
	@$(BIN)/python tests/mutants/run.py $(ARGS)

bench: $(INSTALLED) ## run every benchmark
	@shopt -s nullglob
	for benchmark in benchmarks/[!_]*.py; do
		echo "$$benchmark"
		$(BIN)/python "$$benchmark"
	done

lock: $(INSTALLED) ## write requirements.lock, what the image installs, anew from pyproject.toml; needs the network
	@$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra build --python-version 3.11 --python-platform linux \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements.lock

clean: ## remove .venv and caches; the data in .commons stays
	@rm -rf .venv build dist test-results *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	if [ -d .commons ]; then echo ".commons, with the database, stays."; fi

# A new .venv where there is none that runs, and its packages anew when pyproject.toml has changed.
$(INSTALLED): pyproject.toml | machine
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	echo "Installing Python packages into .venv (a minute or two the first time) …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' ||
		{ echo "pip failed (above). It needs the network, or an index set in pip's configuration." >&2; exit 1; }
	touch $@

# The Debian packages that are missing; apt is not called where none is.
machine:
	@have() { compgen -G "$$1" >/dev/null; }
	quietly() { "$$@" >"$$log" 2>&1 || { tail -n 20 "$$log" >&2; return 1; }; }
	wanted=()
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || wanted+=($(notdir $(PYTHON))-venv)
	have '/usr/share/postgresql/*/extension/postgis.control' || wanted+=(postgresql postgresql-postgis)
	have '$(DEJAVU)' || wanted+=(fonts-dejavu-core)
	if [ -n "$(WITH_BROWSER)" ]; then
		have '$(CHROMIUM)' || wanted+=(chromium)
		have /usr/sbin/nginx || wanted+=(nginx-light)
	fi
	if [ "$${#wanted[@]}" -gt 0 ]; then
		echo "Installing Debian packages: $${wanted[*]} …"
		command -v apt-get >/dev/null ||
			{ echo "No apt-get here: install by other means what answers to these names." >&2; exit 1; }
		log=$$(mktemp) && trap 'rm -f "$$log"' EXIT
		quietly $(APT) update || echo "apt-get update failed; trying with the package lists there are." >&2
		if [[ " $${wanted[*]} " == *" chromium "* ]] && ! apt-cache show chromium >/dev/null 2>&1; then
			echo "Ubuntu has Chromium as a snap only: see Chromium on Ubuntu in CONTRIBUTING.md." >&2
			exit 1
		fi
		if [[ " $${wanted[*]} " == *" postgresql "* ]]; then
			# Without this, Debian also starts a server of its own on port 5432.
			quietly $(APT) install -y --no-install-recommends postgresql-common
			$(SUDO) sed -i 's/^#create_main_cluster = true/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
		fi
		if [[ " $${wanted[*]} " == *" nginx-light "* ]] && [ ! -e /usr/sbin/policy-rc.d ]; then
			# Without this, Debian also starts a server of its own on port 80.
			printf '#!/bin/sh\nexit 101\n' | $(SUDO) install -m 755 /dev/stdin /usr/sbin/policy-rc.d
			trap '$(SUDO) rm -f /usr/sbin/policy-rc.d; rm -f "$$log"' EXIT
		fi
		quietly $(APT) install -y --no-install-recommends "$${wanted[@]}" ||
			{ echo "apt-get failed (above). Install these yourself, then try again: $${wanted[*]}" >&2; exit 1; }
	fi
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
		{ echo "$(PYTHON) is older than 3.11; name a newer one: make PYTHON=python3.12 …" >&2; exit 1; }
