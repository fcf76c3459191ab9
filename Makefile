# surmise: `make demo` on a fresh machine tunes a CNN; `make test` runs every test.
# Needs cargo, gcc/g++, make, python3 with pip. FLAVOUR=cuda fetches libtorch with CUDA.

CARGO ?= cargo
FLAVOUR ?= cpu
SURMISE = target/release/surmise

.PHONY: help demo build test lint lint-features ledger bench libtorch clean

help:
	@echo 'make demo       libtorch, build, 20 trials on the avatars: studies.db and plots/'
	@echo 'make test       every test there is'
	@echo 'make build      the programs: $(SURMISE), and surmise-torch beside it'
	@echo 'make lint       format, clippy, rustdoc, warnings denied'
	@echo 'make ledger     instructions of what users wait for, beside those recorded'
	@echo 'make bench      micro-benchmarks'

demo: build
	$(SURMISE) run experiments/avatars.yaml --workers 2

build: libtorch
	$(CARGO) build --release --workspace

libtorch:
	scripts/libtorch.sh $(FLAVOUR)

# The whole workspace: the tests of surmise-torch run both programs.
test: libtorch
	$(CARGO) test --workspace

lint: libtorch
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --workspace --no-deps

# Features by themselves; not in the gate, since every dependency is checked once more.
lint-features:
	$(CARGO) clippy -p surmise --no-default-features -- -D warnings
	$(CARGO) clippy -p surmise --no-default-features --features plot -- -D warnings

# Needs valgrind. `benchmarks/ledger.py record` writes the counts of now.
ledger: libtorch
	benchmarks/ledger.py check

bench: libtorch
	$(CARGO) bench --workspace

clean:
	$(CARGO) clean
