# Everything is installed into $(VENV); the stamps in it make the second run quick.

VENV ?= .venv
PYTHON ?=
UV_VERSION = 0.13.9

python := $(VENV)/bin/python
install := $(python) -m pip --disable-pip-version-check --no-input --quiet install
lock = $(VENV)/bin/uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-strip-extras --no-emit-index-url --no-emit-find-links $(UPGRADE)

# Tests start hundreds of programs, which need not be compiled each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help serve check test soak format golden screenshots docs dist bench lock clean
.DEFAULT_GOAL := help

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST))

serve: $(VENV)/.run ## collect the articles, serve the feeds, and say at which address
	@exec $(python) -m feeds serve

test: $(VENV)/.test ## run every check and test
	$(python) -m ruff format --check .
	$(python) -m ruff check .
	$(python) -m mypy
	$(python) -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile --cov $(PYTEST_ARGS)

soak: $(VENV)/.test ## kill collectors and edit articles at random, hundreds of times, and replay all of history
	FEEDS_SOAK=$${FEEDS_SOAK:-200} $(python) -m pytest --numprocesses auto tests/catalog tests/collector tests/site/test_feeds_composed.py \
		tests/acceptance/test_replay.py $(PYTEST_ARGS)

format: $(VENV)/.test ## format the code and mend what the linter can
	$(python) -m ruff check --fix-only .
	$(python) -m ruff format .

golden: $(VENV)/.test ## rewrite the golden files in tests/golden, to be read in the diff
	$(python) -m pytest --rewrite-golden $(PYTEST_ARGS)

screenshots: $(VENV)/.test ## take a picture of every page, into build/screenshots, and those of the tutorial
	@mkdir -p build/screenshots
	$(python) -m pytest tests/browser/test_pages.py --screenshots build/screenshots $(PYTEST_ARGS)
	$(python) -m pytest tests/browser/test_tutorial.py --screenshots docs/images $(PYTEST_ARGS)

docs: $(VENV)/.test ## build the documentation, into build/docs
	$(python) -m sphinx --builder html --fail-on-warning --keep-going --quiet docs build/docs
	@echo "Open build/docs/index.html"

dist: $(VENV)/.run ## build the wheel and the source archive into dist, the same bytes for the same commit
	@rm -rf dist
	@scripts/build-dist $(python) dist

bench: $(VENV)/.bench ## measure, side by side: make bench BENCH_ARGS='catalog --help'
	$(python) -m benchmarks $(BENCH_ARGS)

lock: $(VENV)/bin/uv ## lock the dependencies anew, keeping pins that still fit; newer ones: make lock UPGRADE=--upgrade
	$(lock) pyproject.toml --output-file requirements.txt
	$(lock) --group build --output-file requirements-build.txt
	$(lock) pyproject.toml --group test --constraint requirements.txt --output-file requirements-test.txt
	$(lock) pyproject.toml --group bench --constraint requirements-test.txt --output-file requirements-bench.txt

clean: ## remove the virtual environment and what tools left behind
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* build dist
	find benchmarks feeds tests -name __pycache__ -prune -exec rm -rf {} +

$(python):
	@found=$$(sh scripts/find-python $(PYTHON)) && echo "Setting up $(VENV) with $$found" && \
		"$$found" -m venv --clear $(VENV)

$(VENV)/.run: requirements.txt requirements-build.txt pyproject.toml | $(python)
	@echo "Installing what the feeds need"
	@$(install) --require-hashes -r requirements.txt -r requirements-build.txt
	@$(install) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-test.txt $(VENV)/.run
	@echo "Installing what the tests need"
	@$(install) --require-hashes -r requirements-test.txt
	@touch $@

$(VENV)/.bench: requirements-bench.txt $(VENV)/.run
	@echo "Installing what the benchmarks need"
	@$(install) --require-hashes -r requirements-bench.txt
	@touch $@

# What writes the locks cannot come out of them.
$(VENV)/bin/uv: | $(python)
	@$(install) uv==$(UV_VERSION)
