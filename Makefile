# Everything a developer needs, from a machine with Python 3.11 and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test fuzz crash lint docs format clean bench-encode bench-contracts bench-network

demo: $(STAMP)          ## a Walrus network on this machine: store, kill four of thirteen nodes, read back
	$(BIN)/walrus demo

test: $(STAMP)          ## every test, with real processes and, where npm exists, the official peers
	$(BIN)/pytest --numprocesses 2 --dist loadfile

fuzz: $(STAMP)          ## random and damaged input in large numbers; `make test` tries a sample
	$(BIN)/pytest --long --timeout 3600 -m fuzz

crash: $(STAMP)         ## processes killed at random moments, a hundred times; `make test` tries a few
	$(BIN)/pytest --long --timeout 3600 -m crash

lint: $(STAMP)          ## style, types and floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench-encode: $(STAMP)  ## encoding, decoding and certificates, beside the official encoder and the machine's limits
	$(BIN)/python -m benchmarks.encode --large

bench-contracts: $(STAMP) ## what calls of the contracts take, beside Sui's limits
	$(BIN)/python -m benchmarks.contracts

bench-network: $(STAMP) ## storing and reading over thirteen nodes; `--peer tahoe` puts Tahoe-LAFS beside it
	$(BIN)/python -m benchmarks.store_read

docs: $(STAMP)          ## write down in docs/cli.md what the commands say of themselves
	$(BIN)/python -m walrus_cli.reference docs/cli.md

format: $(STAMP)        ## rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:                  ## remove what these targets made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("walrus-sui needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@
