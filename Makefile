# Two commands do all the set-up on a machine with Python 3.11, pip and make:
#   make quickstart   installs and runs the main job on the sample corpus
#   make test         installs and runs the tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHARED ?= ../shared/data
INSTALLED := $(VENV)/.installed
DEVELOPING := $(VENV)/.developing
DOCUMENTING := $(VENV)/.documenting

.PHONY: quickstart test lint format types imports check clean bench-encoder bench-corpus bench-speed bench-scale bench-themes bench-holder bench-kills bench-stance bench-report bench-serve bench-hostile fuzz notebooks notebooks-run

quickstart: $(INSTALLED)
	$(BIN)/newstance train configs/quickstart.yaml

# Opens the five notebooks in JupyterLab.
notebooks: $(INSTALLED)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[notebooks]"
	$(BIN)/python -m jupyterlab --notebook-dir notebooks

# Runs the notebooks and stores their output; the tests run them, too.
notebooks-run: $(DEVELOPING)
	$(BIN)/python tests/run_notebooks.py

test: $(DEVELOPING)
	$(BIN)/python -m pytest

lint: $(DEVELOPING)
	$(BIN)/ruff format --check src tests benchmarks tools hatch_build.py
	$(BIN)/ruff check src tests benchmarks tools hatch_build.py

format: $(DEVELOPING)
	$(BIN)/ruff format src tests benchmarks tools hatch_build.py
	$(BIN)/ruff check --fix src tests benchmarks tools hatch_build.py

types: $(DEVELOPING)
	$(BIN)/mypy

imports: $(DEVELOPING)
	$(BIN)/lint-imports

check: test lint types imports

# The site, in site/: no network is needed but for the install. docs-serve shows it, and builds again what is edited.
.PHONY: docs docs-serve
docs: $(DOCUMENTING)
	$(BIN)/python tools/docs_pages.py
	$(BIN)/zensical build --strict --clean
	$(BIN)/python tools/docs_links.py site

docs-serve: $(DOCUMENTING)
	$(BIN)/python tools/docs_pages.py
	$(BIN)/zensical serve

# Side by side with peers; they need the public sets named in benchmarks/README.md under $(SHARED).
bench-encoder: $(DEVELOPING)
	$(BIN)/python benchmarks/encoder.py --data $(SHARED)/bench

bench-corpus: $(DEVELOPING)
	$(BIN)/python benchmarks/corpus.py --data $(SHARED)/bench

bench-speed: $(DEVELOPING)
	$(BIN)/python benchmarks/speed.py

bench-scale: $(DEVELOPING)
	$(BIN)/python benchmarks/scale.py --data $(SHARED)/bench

bench-themes: $(DEVELOPING)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[bench]"
	$(BIN)/python benchmarks/themes.py --data $(SHARED)/bench

bench-holder: $(DEVELOPING)
	$(BIN)/python benchmarks/holder.py --data $(SHARED)/bench

bench-kills: $(DEVELOPING)
	$(BIN)/python benchmarks/kills.py

bench-stance: $(DEVELOPING)
	$(BIN)/python benchmarks/stance.py --data $(SHARED)/bench

# Needs nothing; with Chromium it measures the page in it too.
bench-report: $(DEVELOPING)
	$(BIN)/python benchmarks/report.py

bench-serve: $(DEVELOPING)
	$(BIN)/python benchmarks/serve.py

# Each hostile model folder and corpus in a process of its own; fails where one takes more than 2 s or 500 MB.
bench-hostile: $(DEVELOPING)
	$(BIN)/python benchmarks/hostile.py

# Inputs guided by coverage for all that takes what strangers write; SECONDS of CPU for all targets together.
# Linux: atheris has wheels for it alone.
SECONDS ?= 600
fuzz: $(DEVELOPING)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[fuzz]"
	$(BIN)/python benchmarks/fuzz.py --seconds $(SECONDS)

# What an install brings: its SBOM in dist/newstance.cdx.json, licences, known vulnerabilities. Make prints the
# exit status: 1 means a finding, 3 that vulnerabilities could not be looked up. TORCH chooses the build.
.PHONY: audit hashes
AUDIT := .venv-audit
TORCH ?= $(shell sed -n 's/^\(torch==[^ ]*\).*/\1/p' constraints-hashed-torch.txt)
audit: $(AUDIT)/.user
	$(AUDIT)/tools/bin/python tools/audit.py $(AUDIT)/user/bin/python

# The hashes of all files of these packages, for pip install --require-hashes; needed when a pin is raised.
hashes: $(AUDIT)/.tools
	$(AUDIT)/tools/bin/python tools/hashed.py

clean:
	rm -rf $(VENV) $(AUDIT) build dist site docs/generated .cache .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(INSTALLED): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(DEVELOPING): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[dev,encoder]"
	touch $@ $(INSTALLED)

$(DOCUMENTING): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[docs]"
	touch $@ $(INSTALLED)

# The tools and what they look at are apart, so that the SBOM holds what users get.
EXTRA_AUDIT := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["audit"], sep="\n")
$(AUDIT)/.tools: pyproject.toml constraints.txt
	test -x $(AUDIT)/tools/bin/python || $(PYTHON) -m venv $(AUDIT)/tools
	$(PYTHON) -c '$(EXTRA_AUDIT)' > $(AUDIT)/tools.txt
	$(AUDIT)/tools/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt -r $(AUDIT)/tools.txt
	touch $@

AUDIT_PIP := $(AUDIT)/tools/bin/python -m pip --disable-pip-version-check --python $(AUDIT)/user/bin/python
$(AUDIT)/.user: constraints-hashed.txt $(AUDIT)/.tools
	$(PYTHON) -m venv --clear --without-pip $(AUDIT)/user
	$(AUDIT_PIP) install -q --no-compile -c constraints.txt "$(TORCH)"
	$(AUDIT_PIP) install -q --no-compile --require-hashes -r constraints-hashed.txt
	touch $@
