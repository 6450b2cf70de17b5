# Everything starts from a fresh clone: each target sets up what it needs, once. GNU make 3.81 and later will do.

PYTHON ?= python3
UV ?= uv
LAB_ARGS ?=
PAGES ?=
PORT ?= 8000
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet

# The caller's own settings of Python and matplotlib would change what is tested and drawn.
unexport PYTHONPATH PYTHONHOME PYTHONWARNINGS MPLBACKEND MATPLOTLIBRC
export PYTHONUTF8 := 1

.PHONY: help lab test notebooks browser-test book read pdf assignments grading-test hub-test book-test screenshots bench-book engines node bench bench-live chromium test-oldest test-newest test-pyodide dist determinism break-pages mutants trust lock

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

lab: .venv/ready ## open JupyterLab on your own copies of the notebooks, in work/; LAB_ARGS="--no-browser" and the like pass through
	$(PY) -m nn_notes.lab --dir work $(LAB_ARGS)

test: .venv/ready ## lint, test, and run every notebook against its stored outputs
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m pytest -n 2 --dist loadfile

break-pages: .venv/ready ## break the derivation of every equation and every formula, one place at a time, and see it noticed; PAGES="03 04" for some
	$(PY) trust/breaker $(PAGES)

notebooks: .venv/ready ## build the notebooks from their texts
	$(PY) notebooks/build.py

# What is held to milliseconds has the machine for itself.
browser-test: .venv/ready chromium ## drag the sliders in a real browser
	$(PY) -m pytest tests/browser/test_bursts.py
	$(PY) -m pytest tests/browser --ignore tests/browser/test_bursts.py -n 2 --dist loadfile

test-oldest: .venv/ready ## run every test with the oldest versions that pyproject.toml promises
	$(PY) trust/versions.py oldest

test-newest: .venv/ready ## run every test with the newest versions that it allows
	$(PY) trust/versions.py newest

test-pyodide: .venv/ready ## run every notebook with the versions that a browser's Python has
	$(PY) trust/versions.py pyodide

dist: .venv/ready ## build the package into dist/, and install it alone
	$(PY) trust/dist.py

determinism: .venv/ready ## build the notebooks twice from a copy, and compare
	$(PY) trust/determinism.py

mutants: .venv/ready ## change the mathematics, one small thing at a time, and count what the tests notice (a few minutes)
	$(PY) trust/mutants.py

trust: ## run all of this, and write what came of it to docs/trust.md (three quarters of an hour)
	$(MAKE) test browser-test test-oldest test-newest test-pyodide determinism break-pages mutants
	$(PY) trust/report.py

book: .venv/ready book/node_modules ## build the book, a site in book/_build/html; BASE_URL="https://…/" says where it will be published
	$(PY) book/build.py

read: book ## build the book and serve it on this machine; PORT=8000
	$(PY) book/serve.py $(PORT)

pdf: book chromium ## the whole book as one PDF, book/_build/nn_notes.pdf
	$(PY) book/pdf.py

# What the series' exercises are graded with, in an environment of its own.
.venv/graders/ready: .venv/ready pyproject.toml
	@"$(PYTHON)" -m venv --clear .venv/graders
	@.venv/graders/bin/python -m pip install --quiet --editable .[graders]
	@touch $@

assignments: .venv/ready .venv/graders/ready ## the exercises for nbgrader and otter-grader, in assignments/: the instructor's versions, and the students'
	$(PY) deploy/assignments.py assignments
	cd assignments/nbgrader && for name in source/*; do \
		PATH="$(CURDIR)/.venv/graders/bin:$$PATH" nbgrader generate_assignment $${name#source/} || exit 1; done
	cd assignments/otter && for name in *; do \
		PATH="$(CURDIR)/.venv/graders/bin:$$PATH" otter assign $$name/$$name.ipynb $$name/made || exit 1; done

grading-test: .venv/ready .venv/graders/ready ## grade right, wrong, missing and malicious answers with the real tools
	$(PY) -m pytest tests/grading

# A JupyterHub as a class has it, with its proxy, in an environment of its own.
.venv/hub/ready: .venv/ready pyproject.toml | node
	@"$(PYTHON)" -m venv --clear .venv/hub
	@.venv/hub/bin/python -m pip install --quiet --editable .[hub,lab]
	npm install --prefix .venv/hub --ignore-scripts --no-audit --no-fund --silent configurable-http-proxy@5.3.0
	@touch $@

hub-test: .venv/ready .venv/hub/ready chromium ## a class of ten on a JupyterHub: log in, run, drag, save
	$(PY) -m pytest tests/hub -s --exitfirst

book-test: book chromium engines ## test the book in real browsers: Chromium, and Firefox and WebKit
	$(PY) -m pytest tests/book -n 2

screenshots: book chromium ## draw every view of the book at three widths, light and dark, in screenshots/; PAGES="03 04" for some
	$(PY) tests/book/screenshots.py $(PAGES)

bench-live: .venv/ready chromium ## measure the live views, from key press to painted page, against the usual way
	$(PY) benchmarks/live.py

chromium:
	@command -v chromium || command -v chromium-browser || command -v google-chrome || \
		{ test "$$(id -u)" = 0 && apt-get update --quiet && \
			DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends chromium; } || \
		{ echo "There is no Chromium here. Debian: sudo apt install chromium. Elsewhere: put it on the PATH."; exit 1; }

node:
	@command -v npm >/dev/null || \
		{ test "$$(id -u)" = 0 && apt-get update --quiet && \
			DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends nodejs npm; } || \
		{ echo "There is no npm here. Debian: sudo apt install nodejs npm. Elsewhere: put it on the PATH."; exit 1; }

# Typesets the book's mathematics.
book/node_modules: book/package-lock.json book/package.json | node
	npm ci --prefix book --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# Firefox, and the engine of Safari as Debian has it, with a screen for it.
engines:
	@{ command -v firefox-esr && command -v WebKitWebDriver && command -v xvfb-run; } >/dev/null || \
		{ test "$$(id -u)" = 0 && apt-get update --quiet && \
			DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends \
				firefox-esr webkit2gtk-driver xvfb xauth; } || \
		{ echo "Debian: sudo apt install firefox-esr webkit2gtk-driver xvfb xauth"; exit 1; }

bench-book: book chromium ## measure the book: how soon it stands, wakes and answers, beside JupyterLab
	$(PY) benchmarks/book.py

bench: .venv/ready .venv/peers/ready ## hold page 08 to PyTorch and JAX, and measure training, growth and costs
	.venv/peers/bin/python benchmarks/libraries.py
	.venv/peers/bin/python benchmarks/suite.py $(PY)

# What we are measured against, in an environment of its own.
.venv/peers/ready: .venv/ready pyproject.toml
	@"$(PYTHON)" -m venv --clear .venv/peers
	@.venv/peers/bin/python -m pip install --quiet --editable .[peers] nbformat
	@touch $@

lock: ## pin the newest versions that pyproject.toml allows (needs uv)
	$(UV) pip compile --quiet pyproject.toml --extra book --extra lab --extra mutants --extra test --universal --python-version 3.11 --generate-hashes \
		--fork-strategy fewest --no-strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		--upgrade --output-file requirements.lock

# Old Pythons read this too, to be told that they are old.
define PREFLIGHT
import sys
version = "%d.%d" % sys.version_info[:2]
if sys.version_info < (3, 11):
    sys.exit("nn_notes needs Python 3.11 or later, and this is %s (%s).\n"
             "Name another one, for example: make PYTHON=python3.12 test" % (version, sys.executable))
try:
    import ensurepip, venv
except ImportError:
    sys.exit("Python %s (%s) comes without its venv module. Install it, then try again.\n"
             "On Debian and Ubuntu:  sudo apt install python%s-venv\n"
             "Elsewhere: the full Python package of your system, or python.org's."
             % (version, sys.executable, version))
endef
export PREFLIGHT

# The last line builds matplotlib's list of fonts, which takes a while and says so, in the midst of a notebook.
.venv/locked: requirements.lock
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no $(PYTHON) here; nn_notes needs Python 3.11 or later."; exit 1; }
	@"$(PYTHON)" -c "$$PREFLIGHT"
	@echo "Setting up .venv from requirements.lock, once; this takes a minute or two."
	@"$(PYTHON)" -m venv --clear .venv || { rm -rf .venv; exit 1; }
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PY) -c "import matplotlib.font_manager"
	@touch $@

.venv/ready: .venv/locked pyproject.toml
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
