# Everything is installed into $(VENV); its stamp files make the second run quick.

VENV ?= .venv
PYTHON ?=
UV_VERSION = 0.13.9

python := $(VENV)/bin/python
install := $(python) -m pip --disable-pip-version-check --no-input --quiet install
lock = $(VENV)/bin/uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-strip-extras --no-emit-index-url --no-emit-find-links $(UPGRADE)

pytest := $(python) -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder

define lint
$(python) -m ruff format --check .
$(python) -m ruff check .
endef

# mypy keeps one processor busy for a minute the first time, and tests mostly wait for programs.
types_and_tests = $(MAKE) --no-print-directory --jobs 2 .types .tests

# Tests start hundreds of Python programs, and the byte code saves each of them from compiling.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help serve check test thorough coverage soak faults fuzz lighthouse format golden screenshots translations docs dist bench lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST))

serve: $(VENV)/.run ## collect the articles, serve the feeds, and print the address
	@exec $(python) -m feeds serve

check: export SELECT = -m 'not program and not slow'
check: $(VENV)/.test ## check format, lint and types, and run the quick tests that start no program
	$(lint)
	@+$(types_and_tests)

test: export SELECT = -m 'not thorough'
test: $(VENV)/.test ## run every check, and the tests of everything that the project does
	$(lint)
	@+$(types_and_tests)

.types:
	$(python) -m mypy

.tests:
	$(pytest) $(SELECT) $(PYTEST_ARGS)

thorough: $(VENV)/.test ## run the tests that make test leaves out: faults, attacks, and the benchmarks' own tests
	$(pytest) -m thorough $(PYTEST_ARGS)

coverage: $(VENV)/.test ## measure branch coverage by the tests that start no program and test no property
	$(pytest) -m 'not no_cover' $(PYTEST_ARGS) --cov

soak: $(VENV)/.test ## kill collectors and edit articles at random, hundreds of times; attack pages; replay all of history; draw more values
	FEEDS_SOAK=$${FEEDS_SOAK:-200} $(python) -m pytest --numprocesses auto tests/catalog tests/collector \
		tests/site/test_feeds_composed.py tests/acceptance/test_hostile_articles.py tests/acceptance/test_replay.py \
		tests/acceptance/test_statistics.py tests/notify/test_purge_corpus.py $(PYTEST_ARGS)
	FEEDS_SOAK=$${FEEDS_SOAK:-200} $(python) -m pytest --numprocesses auto -m hypothesis --ignore tests/catalog \
		--ignore tests/collector --ignore tests/site/test_feeds_composed.py $(PYTEST_ARGS)

faults: $(VENV)/.test ## inject the faults of docs/faults.md, hundreds of times where chance decides
	FEEDS_SOAK=$${FEEDS_SOAK:-200} $(python) -m pytest --numprocesses auto \
		$$(grep -o 'tests/[a-z_/]*\.py' docs/faults.md | sort -u) $(PYTEST_ARGS)

fuzz: $(VENV)/.fuzz ## feed random input to everything that reads other people's input; options: FUZZ_ARGS='--seconds 300'
	$(python) -m tests.fuzz $(FUZZ_ARGS)

lighthouse: $(VENV)/.test ## score every page by Lighthouse for accessibility, best practices and SEO; needs Chromium and Node.js
	$(python) -m tests.lighthouse

format: $(VENV)/.test ## format the code and apply the linter's fixes
	$(python) -m ruff check --fix-only .
	$(python) -m ruff format .

golden: $(VENV)/.test ## rewrite the golden files in tests/golden; review their diff
	$(python) -m pytest --rewrite-golden $(PYTEST_ARGS)

screenshots: $(VENV)/.test ## take screenshots of every page, and of sites of every kind and language, into build/screenshots, and update those of the tutorial
	@mkdir -p build/screenshots
	$(python) -m pytest tests/browser/test_pages.py tests/browser/test_publisher_pages.py tests/browser/test_gallery.py --screenshots build/screenshots $(PYTEST_ARGS)
	$(python) -m pytest tests/browser/test_tutorial.py --screenshots docs/images $(PYTEST_ARGS)

translations: $(VENV)/.test ## bring the translations up to date with the texts in the code; a new one: make translations LANGUAGE=fr
	$(python) -m tests.support.translations $(LANGUAGE)

docs: $(VENV)/.test ## build the documentation into build/docs
	$(python) -m sphinx --builder html --fail-on-warning --keep-going --quiet docs build/docs
	@echo "Open build/docs/index.html"

dist: $(VENV)/.run ## build the wheel and the source archive into dist, the same bytes for the same commit
	@rm -rf dist
	@scripts/build-dist $(python) dist

bench: $(VENV)/.bench ## measure speed and memory; for the options: make bench BENCH_ARGS='catalog --help'
	$(python) -m benchmarks $(BENCH_ARGS)

lock: $(VENV)/bin/uv ## update the lock files and keep pins that still fit; for newer versions: make lock UPGRADE=--upgrade
	$(lock) pyproject.toml --output-file requirements.txt
	$(lock) --group build --output-file requirements-build.txt
	$(lock) pyproject.toml --group test --constraint requirements.txt --output-file requirements-test.txt
	$(lock) pyproject.toml --group fuzz --constraint requirements-test.txt --output-file requirements-fuzz.txt
	$(lock) pyproject.toml --group bench --constraint requirements-test.txt --output-file requirements-bench.txt

clean: ## remove the virtual environment, caches and builds
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* build dist
	find benchmarks feeds tests -name __pycache__ -prune -exec rm -rf {} +

$(python):
	@found=$$(sh scripts/find-python $(PYTHON)) && echo "Setting up $(VENV) with $$found" && \
		"$$found" -m venv --clear $(VENV)

$(VENV)/.run: requirements.txt requirements-build.txt pyproject.toml | $(python)
	@echo "Installing the requirements of the server"
	@$(install) --require-hashes -r requirements.txt -r requirements-build.txt
	@$(install) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-test.txt $(VENV)/.run
	@echo "Installing the requirements of the tests"
	@$(install) --require-hashes -r requirements-test.txt
	@touch $@

$(VENV)/.bench: requirements-bench.txt $(VENV)/.run
	@echo "Installing the requirements of the benchmarks"
	@$(install) --require-hashes -r requirements-bench.txt
	@touch $@

$(VENV)/.fuzz: requirements-fuzz.txt $(VENV)/.test
	@echo "Installing the requirements of fuzzing"
	@$(install) --require-hashes -r requirements-fuzz.txt
	@touch $@

# uv writes the locks, so no lock can pin it.
$(VENV)/bin/uv: | $(python)
	@$(install) uv==$(UV_VERSION)
