# The commands of the README and .ci/run. Everything is installed from the locks into .venv and node_modules.
SHELL := bash
.SHELLFLAGS := -eo pipefail -c
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
export CDK_DISABLE_CLI_TELEMETRY := true
# Caches next to the tools, so that nothing is written to the home directory.
export CDK_HOME := $(CURDIR)/node_modules/.cache/cdk
export JSII_RUNTIME_PACKAGE_CACHE_ROOT := $(CURDIR)/node_modules/.cache/jsii
ENVIRONMENT ?= dev
# pip installs uv at the version and hash of the lock; uv installs everything else.
UV_LOCK := awk '/^[^ ]/ { keep = /^uv==/ } keep' requirements-dev.txt
UV := $(BIN)/uv pip
LOCK := $(UV) compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml
INSTALL := $(UV) install --python $(BIN)/python --require-hashes
CDK := cdk --no-notices -c environment=$(ENVIRONMENT)
PACKAGES := app.py stacks data_prep spectral_lda container client local_aws benchmarks tests lambda

.PHONY: help install install-dev demo test bench lint format synth deploy destroy lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

install: .venv/.installed node_modules/.installed ## .venv and node_modules, from the locks
	@:

install-dev: install .venv/.installed-dev ## the same, plus what tests and linters need

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 4))' || { echo "Python 3.11.4 or newer is needed; $(PYTHON) is older. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Creating .venv ..."
	@$(PYTHON) -m venv .venv || { echo "Python could not make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }

.venv/bin/uv: requirements-dev.txt | .venv/bin/python
	@$(UV_LOCK) | $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r /dev/stdin
	@touch $@

.venv/.installed: requirements.txt .venv/bin/uv
	@echo "Installing the Python packages of requirements.txt into .venv ..."
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "Installing the Python packages of requirements-dev.txt into .venv ..."
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json
	@command -v npm > /dev/null || { echo "npm is needed for the CDK command line: install Node.js (https://nodejs.org), then run this again." >&2; exit 1; }
	@echo "Installing the CDK command line of package-lock.json into node_modules ..."
	@npm ci --no-audit --no-fund --silent
	@touch $@

demo: ## all steps of the notebook on this machine; KEEP=1 skips the destruction, PORT=4600 sets the port
	@started=$$(date +%s); $(MAKE) --no-print-directory install && \
	$(BIN)/python -m client.demo --install-seconds $$(( $$(date +%s) - started )) $(if $(KEEP),--keep) $(if $(PORT),--port $(PORT))

test: install-dev ## all tests; COVERAGE=1 also measures branch coverage, as .ci/run does
	@# Six processes on two cores: the end-to-end tests mostly wait.
	@$(BIN)/python -m pytest -q -n 6 --dist loadscope --no-loadscope-reorder $(if $(COVERAGE),--cov --cov-report=)

bench: install ## every benchmark; prints tables
	@for program in benchmarks/*/__main__.py; do $(BIN)/python -m $$(dirname $$program | tr / .); done

lint: install-dev ## formatting, lint rules, types, layers, declared dependencies
	@ruff format --check --quiet .
	@ruff check --quiet .
	@mypy $(PACKAGES)
	@PYTHONPATH=lambda lint-imports --no-logo
	@deptry .

format: install-dev ## rewrite the formatting
	@ruff format . && ruff check --fix .

synth: install ## the templates, into cdk.out
	@$(CDK) synth --quiet

deploy: install ## deploy to the account of your AWS credentials
	@$(CDK) deploy --all

destroy: install ## stop jobs, destroy the stacks, remove leftovers
	@$(BIN)/python -m client destroy --environment $(ENVIRONMENT)

lock: .venv/bin/uv ## pyproject.toml -> requirements*.txt, with hashes, for every platform
	@$(LOCK) --extra aws --extra deploy --extra local --extra plots --extra segmenters --extra serve -o requirements.txt
	@$(LOCK) --all-extras --group dev --constraints requirements.txt -o requirements-dev.txt

clean: ## remove what was installed and built
	rm -rf .venv node_modules .bench cdk.out .import_linter_cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
