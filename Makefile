# The project's verbs. `make` alone lists them; each one prints what it does, and installs nothing twice.

VENV := .venv
BIN := $(VENV)/bin
BENCHMARKS := benchmarks/startup.py benchmarks/streams.py benchmarks/vocabulary.py benchmarks/checking.py benchmarks/tables.py

.DEFAULT_GOAL := help
.PHONY: help demo test slow fuzz lint bench mutants captures notebook docs clean

help:  ## list these verbs
	@sed -n 's/^\([a-z][a-z]*\):[^#]*##  *\(.*\)/  make \1#\2/p' $(MAKEFILE_LIST) | while IFS='#' read -r verb text; do printf '%-16s %s\n' "$$verb" "$$text"; done

demo: $(VENV)/.installed  ## set up, and play five scans without a scanner: what happens, and what the checker says
	@echo "==> wsdtrace demo --check $(DEMO)"
	@$(BIN)/wsdtrace demo --check $(DEMO)

test: $(VENV)/.installed-dev  ## set up, and run the tests (PYTEST="tests/net -x" for some of them)
	@echo "==> pytest $(PYTEST)"
	@$(BIN)/python -m pytest -n auto $(PYTEST)

slow: $(VENV)/.installed-dev  ## set up, and run the tests that `make test` leaves out: slow ones, fuzzing, real drivers
	@echo "==> pytest -m 'slow or fuzz or driver'"
	@$(BIN)/python -m pytest -n auto -m 'slow or fuzz or driver'

fuzz: $(VENV)/.installed-fuzz  ## random inputs for ten minutes, guided by what they reach (FUZZ="--minutes 60 --door stream")
	@echo "==> fuzz/run.py $(FUZZ)"; $(BIN)/python -m fuzz.run $(FUZZ)

lint: $(VENV)/.installed-dev  ## ruff and mypy --strict over package and tests
	@echo "==> ruff check"; $(BIN)/ruff check
	@echo "==> ruff format --check"; $(BIN)/ruff format --check
	@echo "==> mypy"; $(BIN)/mypy

bench: $(VENV)/.installed-dev  ## measure wsdtrace beside tshark, tcpflow, dpkt, scapy and pyshark, and what else is promised about speed
	@broken=0; for file in $(BENCHMARKS); do echo "==> $$file"; $(BIN)/python "$$file" || broken=1; done; \
	echo "==> benchmarks/proxy.py"; $(BIN)/python benchmarks/proxy.py --write docs/benchmarks.md || broken=1; \
	echo "==> benchmarks/bench.py: wsdtrace and others on the same captures (12 GB in benchmarks/data, made once)"; \
	$(BIN)/python benchmarks/bench.py --write docs/benchmarks.md || broken=1; exit $$broken

mutants: $(VENV)/.installed-dev  ## break clean recordings in known ways, and see whether the checker says so
	@echo "==> benchmarks/mutate.py"; $(BIN)/python benchmarks/mutate.py --write docs/mutation-study.md

captures: $(VENV)/.installed-dev  ## record case captures anew with a real driver, make the derived ones again, compare (RECORD=--write ships them)
	@echo "==> captures/record.py $(RECORD)"; $(BIN)/python captures/record.py $(RECORD)
	@echo "==> captures/derive.py"; $(BIN)/python captures/derive.py --check
	@echo "==> captures/make_expected.py"; $(BIN)/python captures/make_expected.py --check

notebook: $(VENV)/.installed-dev  ## set up, and open JupyterLab with the first notebook (NOTEBOOK="--no-browser --port 8890")
	@echo "==> jupyter lab notebooks/01_first_look.ipynb $(NOTEBOOK)"; $(BIN)/jupyter lab notebooks/01_first_look.ipynb $(NOTEBOOK)

docs: $(VENV)/.installed-docs  ## write the generated parts of README.md and docs/ again, and build the site in build/site
	@for page in limits pages messages generate ladders; do echo "==> docs/$$page.py"; $(BIN)/python docs/$$page.py || exit 1; done
	@if command -v scanimage >/dev/null; then echo "==> docs/personas.py"; $(BIN)/python docs/personas.py; else echo "==> no scanimage: docs/personas.md stays as it is"; fi
	@echo "==> mkdocs build --strict"; NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

clean:  ## remove the virtual environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml
	@.ci/venv $(VENV) .
	@touch $@

$(VENV)/.installed-docs: pyproject.toml $(VENV)/.installed-dev
	@.ci/venv $(VENV) '.[dev,docs]'
	@touch $@

$(VENV)/.installed-dev: pyproject.toml
	@.ci/venv $(VENV) '.[dev]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-fuzz: $(VENV)/.installed-dev
	@.ci/venv $(VENV) '.[dev,fuzz]'
	@touch $@
