# `make chat` is all that a newcomer needs. Every target sets up what it uses; a second run finds it there.

VENV := .venv
RUN := $(VENV)/bin/python
PYTEST := $(RUN) -m pytest --doctest-modules

# The first Python that really runs and can make a virtual environment. A name on the PATH is not enough: a version
# manager's shim may answer to python3.12 without having it. 3.11 first: the releases of constraints.txt are tested there.
PYTHON = $(shell for name in python3.11 python3.12 python3.13 python3; do \
	$$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$name && break; done)

# llama.cpp is compiled on this machine, for its processor (4 minutes on 2 cores, then pip's cache holds it),
# without the multimodal part, on all cores.
export CMAKE_ARGS ?= -DLLAVA_BUILD=OFF
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell getconf _NPROCESSORS_ONLN)
INSTALL := $(VENV)/bin/pip install --disable-pip-version-check --quiet --constraint constraints.txt

.PHONY: help chat check test eval screenshots constraints clean lint types models chromium
.DEFAULT_GOAL := help

help:
	@echo 'make chat    open the chat in a browser (ARGS="--corpus my-articles/" for your own articles)'
	@echo 'make check   lint, types and the tests that need no models: under a minute'
	@echo 'make test    everything: the real models and a browser too'
	@echo 'make eval    the shipped questions, measured, with a report in reports/'
	@echo 'make clean   remove what the targets above made in this folder; models and indexes stay'

chat: $(VENV)/.installed
	@$(RUN) -m rag chat $(ARGS)

check: lint types
	$(PYTEST) --numprocesses auto -m "not real and not browser and not slow" rag eval tests

test: lint types models chromium
	$(PYTEST) --cov --cov-report=term:skip-covered rag eval tests

eval: $(VENV)/.installed-dev
	$(RUN) -m eval --gate --report reports/seeds $(ARGS)

screenshots: $(VENV)/.installed-dev chromium
	$(RUN) -m tests.browser.screenshots reports/screenshots

lint: $(VENV)/.installed-dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

types: $(VENV)/.installed-dev
	$(RUN) -m mypy

models: $(VENV)/.installed
	$(RUN) -m rag models fetch

chromium:
	@command -v chromium >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root='sudo -n'; else \
		echo 'The browser tests drive Chromium at /usr/bin/chromium, which is not installed.'; \
		echo 'Install it (Debian: apt-get install chromium) and run this again, or run `make check`.'; exit 1; fi; \
	echo 'Installing Chromium for the browser tests.'; \
	$$as_root apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends chromium >/dev/null

$(VENV)/.created:
	@[ -n "$(PYTHON)" ] || { echo 'Footnote needs Python 3.11 or newer with the venv module (Debian: apt-get install python3-venv).'; exit 1; }
	@command -v c++ >/dev/null || echo 'No C++ compiler found: llama.cpp cannot be built without one (Debian: apt-get install build-essential).'
	$(RUN) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml constraints.txt
	@echo 'Installing Footnote into $(VENV): 2 to 8 minutes the first time, most of it for compiling llama.cpp.'
	$(INSTALL) --editable .
	@touch $@

# Covers the other stamp, so that `make test` installs once.
$(VENV)/.installed-dev: $(VENV)/.created pyproject.toml constraints.txt
	@echo 'Installing Footnote and its tools into $(VENV): 2 to 8 minutes the first time, most of it for compiling llama.cpp.'
	$(INSTALL) --editable '.[dev]'
	@touch $(VENV)/.installed $@

# Pinned direct dependencies still let the hundred packages below them move, and the tests turn any warning of theirs
# into an error. So their releases are pinned here too, without torch's local "+cpu": a constraint is only a limit on
# what pyproject.toml asks for. To move on: delete the file's lines, `make test`, `make constraints`.
constraints:
	@$(RUN) -m pip list --format=freeze --exclude-editable --exclude pip --exclude setuptools \
		| sed 's/+cpu$$//' >constraints.new && mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) reports build dist *.egg-info .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
