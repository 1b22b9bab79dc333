# git-okstra: everything a fresh clone needs is git, make and Python 3.11 or newer.

PREFIX ?= $(HOME)/.local
JOBS ?= 2
BENCH ?=
ARGS ?=
GIT_SOURCE ?=

VENV := .venv
READY := $(VENV)/.ready
LOWEST := $(VENV)-lowest
PINS := constraints.txt
PIP := -m pip --quiet --disable-pip-version-check
SHARE = $(PREFIX)/share/git-okstra
PROGRAMS := git-okstra okstra
MAN := share/man/man1/git-okstra.1
GIT_NEW := build/git-new

.DEFAULT_GOAL := help
.PHONY: help demo test test-deep test-lowest git-new test-git-new lint docs bench dist upgrade install uninstall clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## Tell the story of three stages in a small real repository
	@$(VENV)/bin/git-okstra demo $(ARGS)

test: lint ## Lint, types and the tests, except the deep ones
	@$(VENV)/bin/python -m compileall -q okstra_git okstra_cli # for hundreds of processes, none of which writes what it compiled
	$(VENV)/bin/python -m pytest -n $(JOBS) --dist worksteal -m "not deep" $(ARGS)

test-deep: $(READY) ## The long property and fault runs; both halves, whatever the first one finds
	@export OKSTRA_RANDOM=1; status=0; \
	$(VENV)/bin/python -m pytest -n $(JOBS) --dist worksteal --timeout 3600 -o faulthandler_timeout=4000 -m deep $(ARGS) || status=$$?; \
	$(VENV)/bin/python -m pytest -n $(JOBS) -m "not deep" tests/properties $(ARGS) || status=$$?; \
	exit $$status

test-lowest: $(LOWEST)/.ready ## A part of the tests, with the oldest versions that pyproject.toml allows
	$(LOWEST)/bin/ruff check .
	$(LOWEST)/bin/mypy okstra_git okstra_cli
	$(LOWEST)/bin/python -m pytest -n $(JOBS) -m "not deep" $(or $(ARGS),$(TELLING))

# Nothing that is left out of it is asked of git by a test: servers, translations, programs in other languages.
GIT_WITHOUT := NO_CURL NO_EXPAT NO_GETTEXT NO_GITWEB NO_OPENSSL NO_PERL NO_PYTHON NO_RUST NO_TCLTK

git-new: ## Build a git from its source, a clone or an unpacked archive: make git-new GIT_SOURCE=folder
	@[ -n "$(GIT_SOURCE)" ] || { echo "git-new: which source? make git-new GIT_SOURCE=folder" >&2; exit 1; }; set -e; \
	rm -rf $(GIT_NEW); mkdir -p $(GIT_NEW)/source; \
	if [ -e "$(GIT_SOURCE)/.git" ] || [ -f "$(GIT_SOURCE)/HEAD" ]; then \
	  git -C "$(GIT_SOURCE)" archive HEAD | tar -xf - -C $(GIT_NEW)/source; \
	else cp -R "$(GIT_SOURCE)/." $(GIT_NEW)/source; fi; \
	echo "building git from $(GIT_SOURCE): some minutes, told in $(GIT_NEW)/log" >&2; \
	$(MAKE) -C $(GIT_NEW)/source -j $(JOBS) prefix="$(CURDIR)/$(GIT_NEW)" $(GIT_WITHOUT:%=%=1) all install >$(GIT_NEW)/log 2>&1 || { \
	  tail -n 20 $(GIT_NEW)/log >&2; exit 1; }; \
	rm -rf $(GIT_NEW)/source; \
	$(GIT_NEW)/bin/git --version

test-git-new: ## The tests with that git on PATH, built first from GIT_SOURCE where there is none yet
	@if [ -z "$(GIT_SOURCE)" ] && ! [ -x $(GIT_NEW)/bin/git ]; then \
	  echo "test-git-new: skipped, since no git was built in $(GIT_NEW) and GIT_SOURCE names no source of one" >&2; exit 0; fi; set -e; \
	[ -x $(GIT_NEW)/bin/git ] || $(MAKE) --no-print-directory git-new; \
	PATH="$(CURDIR)/$(GIT_NEW)/bin:$$PATH" $(MAKE) --no-print-directory test

lint: $(READY) ## ruff, its format, and mypy --strict over everything
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

docs: $(READY) ## Write what is generated from the code: man page, references, table of the shell completion
	$(VENV)/bin/python -m tests.docs

bench: $(READY) ## Measure the claims about speed (BENCH="name ..." for some of them)
	$(VENV)/bin/python -m benchmarks $(BENCH)

dist: $(READY) ## Build wheel and sdist into dist/, look into them, and try them in a clean environment
	@$(VENV)/bin/python -m tests.packaging

clean: ## Remove what these targets made in the tree
	rm -rf $(VENV) $(LOWEST) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find okstra_git okstra_cli tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The newest suitable Python, or a sentence about what is missing. PYTHON=... chooses one.
define find_python
command -v git >/dev/null 2>&1 || { echo "git-okstra needs git 2.39 or newer, and there is no git on PATH" >&2; exit 1; }; \
python=; seen=; \
for each in $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11 python); do \
  command -v "$$each" >/dev/null 2>&1 || continue; \
  seen="$$seen $$each ($$("$$each" --version 2>&1 | head -n 1))"; \
  if "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$each; break; fi; \
done; \
[ -n "$$python" ] || { echo "git-okstra needs Python 3.11 or newer; found:$${seen:- none}. Install one, or name it: make PYTHON=..." >&2; exit 1; }; \
"$$python" -c 'import venv, ensurepip' 2>/dev/null || { \
  echo "$$python cannot create virtual environments: its venv or ensurepip module is missing (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
endef

# These versions and no others, also for what builds the package, whether pip is old or new.
pinned = PIP_CONSTRAINT=$(1) PIP_BUILD_CONSTRAINT=$(1)

$(READY): pyproject.toml $(PINS)
	@$(find_python); \
	echo "setting up $(VENV) with $$("$$python" --version) (once)" >&2; \
	$(VENV)/bin/python -c 'import pip' 2>/dev/null || "$$python" -m venv --clear $(VENV) || exit 1; \
	$(call pinned,$(PINS)) $(VENV)/bin/python $(PIP) install -e '.[dev]' || { \
	  echo "the packages could not be installed: the reason is above (a network or package index problem, mostly)" >&2; exit 1; }; \
	$(VENV)/bin/python -m compileall -q okstra_git okstra_cli; \
	touch $@

# What a change of a library breaks first: starting, parsing, talking to git, asking, documents, stored records.
TELLING := tests/documents tests/git tests/host tests/records tests/plans tests/briefs tests/test_*.py \
  $(addprefix tests/cli/test_,process.py flags.py help.py refusals.py status.py plan.py wizard.py wizard_run.py)

$(LOWEST)/.ready: pyproject.toml
	@$(find_python); set -e; \
	echo "setting up $(LOWEST) with the lower bounds of pyproject.toml" >&2; \
	"$$python" -m venv --clear $(LOWEST); \
	"$$python" -c "$$LOWER_BOUNDS" >$(LOWEST)/bounds.txt; \
	$(call pinned,$(LOWEST)/bounds.txt) $(LOWEST)/bin/python $(PIP) install -e '.[dev]'; \
	touch $@

define LOWER_BOUNDS
import tomllib
project = tomllib.load(open("pyproject.toml", "rb"))["project"]
wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
print(*(line.partition(",")[0].replace(">=", "==") for line in wanted), sep="\n")
endef
export LOWER_BOUNDS

upgrade: ## Renew constraints.txt, the versions that tests and CI use, with the newest ones
	@$(find_python); set -e; \
	scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	"$$python" -m venv "$$scratch/venv"; \
	"$$scratch/venv/bin/python" $(PIP) install '.[dev,install,browser]'; \
	"$$scratch/venv/bin/python" $(PIP) freeze --exclude git-okstra >"$$scratch/all"; \
	grep -E '^[A-Za-z0-9._-]+==[^ ]+$$' "$$scratch/all" | tr A-Z_ a-z- | LC_ALL=C sort >"$$scratch/new"; \
	for each in 3.11 3.12 3.13 3.14; do \
	  "$$scratch/venv/bin/python" $(PIP) install --dry-run --no-deps --ignore-installed --only-binary :all: \
	    --python-version $$each --target "$$scratch" -r "$$scratch/new" >"$$scratch/said" 2>&1 \
	    || { echo "note: Python $$each would have to build some of these itself:"; grep ERROR: "$$scratch/said"; }; \
	done; \
	if diff $(PINS) "$$scratch/new" >"$$scratch/changed"; then echo "$(PINS) has the newest versions already"; else \
	  sed -n 's/^</  was/p; s/^>/  now/p' "$$scratch/changed"; cat "$$scratch/new" >$(PINS); \
	  echo "$(PINS) is renewed; now: make test"; \
	fi

install: ## Install for this user: programs and man page under PREFIX (default ~/.local)
	@$(find_python); set -e; \
	for each in $(PROGRAMS:%=bin/%) $(MAN); do \
	  there="$(PREFIX)/$$each"; \
	  if [ -e "$$there" ] || [ -L "$$there" ]; then \
	    [ "$$(readlink "$$there")" = "$(SHARE)/venv/$$each" ] || { echo "$$there exists and is not ours: left as it is, nothing installed" >&2; exit 1; }; \
	  fi; \
	done; \
	"$$python" -m venv --clear "$(SHARE)/venv"; \
	"$(SHARE)/venv/bin/python" -m pip install --quiet --disable-pip-version-check .; \
	for each in $(PROGRAMS:%=bin/%) $(MAN); do \
	  mkdir -p "$$(dirname "$(PREFIX)/$$each")"; \
	  ln -sfn "$(SHARE)/venv/$$each" "$(PREFIX)/$$each"; \
	done; \
	echo "installed: $(PREFIX)/bin/git-okstra, $(PREFIX)/bin/okstra, man git-okstra"; \
	case ":$$PATH:" in *":$(PREFIX)/bin:"*) ;; *) echo "note: $(PREFIX)/bin is not on PATH; add it, so that git finds 'git okstra'" ;; esac

uninstall: ## Remove exactly what install made
	@for each in $(PROGRAMS:%=bin/%) $(MAN); do \
	  if [ "$$(readlink "$(PREFIX)/$$each")" = "$(SHARE)/venv/$$each" ]; then rm "$(PREFIX)/$$each"; fi; \
	done; \
	rm -rf "$(SHARE)/venv"; \
	if [ -d "$(SHARE)" ]; then rmdir "$(SHARE)"; fi
