# The house: `make help` lists what there is. Works from a fresh clone with Python 3.11+ and make alone.
#
# Stamps in .venv say what has been installed, so nothing is installed twice; `make clean` starts afresh.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
ARGS ?=
LANES ?= 3

RUN_STAMP := $(VENV)/.installed-for-running
DEV_STAMP := $(VENV)/.installed-for-development
NEWMAN_STAMP := tests/newman/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help run test check lint types layers budgets links docs web page pictures format bench faults answers pins wheelhouse system clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*##  *\(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

$(PY):
	$(PYTHON) tools/environment.py $(VENV)

$(RUN_STAMP): requirements.txt pyproject.toml | $(PY)
	@echo "Installing what Seacorder needs to run …"
	$(PIP) install --no-deps -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP)
	@echo "Installing what the checks and tests need …"
	# Compiled when it is first imported: most of it never is.
	$(PIP) install --no-deps --no-compile -r requirements-dev.txt
	@touch $@

run: $(RUN_STAMP)  ## install what is needed and start the recorder with four test-pattern channels
	$(BIN)/seacorder serve --demo $(ARGS)

# LANES files at a time; then, one by one, what is timed or takes all of the machine (tests/house/lanes.py).
test: $(DEV_STAMP) system newman axe  ## every test, with real RTSP servers; ARGS="-k clip" for some of them
ifeq ($(strip $(ARGS)),)
	$(PY) -m pytest -m "not alone" -n $(LANES) --dist loadfile --no-loadscope-reorder; others=$$?; \
	$(PY) -m pytest -m alone $$(grep -rl 'mark\.alone' tests --include='test_*.py' --exclude-dir=node_modules) && exit $$others
else
	$(PY) -m pytest $(ARGS)
endif

check: lint types layers budgets docs web  ## style, types, layers, budgets, documents, the operator's page: two minutes, no server needed

lint: $(DEV_STAMP)  ## ruff
	$(BIN)/ruff check .

types: $(DEV_STAMP)  ## mypy, strict
	$(BIN)/mypy

layers: $(DEV_STAMP)  ## who may import whom
	$(BIN)/lint-imports --no-logo

budgets: $(DEV_STAMP)  ## size of modules and functions, doors
	$(PY) -m tools.budgets

links: $(DEV_STAMP)  ## links of documents, and that nothing in the tree names a machine's paths
	$(PY) -m tools.links
	$(PY) -m tools.strangers

docs: links  ## links, and that documents and code say the same
	$(PY) -m pytest -q -p no:cacheprovider -m docs

web: $(DEV_STAMP)  ## the operator's page is what its source gives, and its lint, layout, types and tests are without findings
	$(PY) -m tools.page check

page: $(DEV_STAMP)  ## build the operator's page from web/, and the types of /api/v1 that it uses
	$(PY) -m tools.page build

pictures: $(DEV_STAMP) system  ## the pictures of the page, written into docs/sea; needs Chromium
	SCREENSHOTS=$(CURDIR)/docs/sea $(PY) -m pytest -q tests/browser/test_pictures.py

format: $(DEV_STAMP)  ## sort imports and lay out the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV_STAMP) system  ## the figures, written into docs/reference/benchmarks.md; BENCH_SHORT=1 for a quick look
	PYTHONPATH=tests $(PY) -m bench $(ARGS)

faults: $(DEV_STAMP) system  ## kills, bad cameras, bad disks: the table of docs/design/faults.md, three hours; SHORT=1 for minutes
	PYTHONPATH=tests $(PY) -m faults $(if $(SHORT),--short) $(ARGS)

answers: $(DEV_STAMP) system  ## the answers in docs/programs, from a recorder that is asked; a minute
	WRITE_ANSWERS=1 $(PY) -m pytest tests/examples/test_answers.py $(ARGS)

pins: $(DEV_STAMP)  ## write requirements*.txt anew from .venv
	$(PY) -m tools.pins

wheelhouse: $(RUN_STAMP)  ## dist/…tar.gz, which installs Seacorder without internet; FOR_PYTHON=3.12, FOR_MACHINE=aarch64
	$(PY) -m tools.wheelhouse $(if $(FOR_PYTHON),--python $(FOR_PYTHON)) $(if $(FOR_MACHINE),--machine $(FOR_MACHINE))

system: | $(PY)
	@$(PY) -m tools.system_packages

.PHONY: newman axe
axe: $(DEV_STAMP)
	@$(PY) -m tools.page install

newman:
	@if [ -f tests/newman/package-lock.json ] && command -v npm >/dev/null; then $(MAKE) --no-print-directory $(NEWMAN_STAMP); fi

$(NEWMAN_STAMP): tests/newman/package-lock.json
	cd tests/newman && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

clean:  ## remove everything that was made here
	rm -rf $(VENV) build dist web/node_modules web/.node .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis tests/newman/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
