# surmise: `make demo` on a fresh machine tunes a CNN; `make test` runs every test.
# Needs cargo, gcc/g++, make, python3 with pip. FLAVOUR=cuda fetches libtorch with CUDA.

CARGO ?= cargo
FLAVOUR ?= cpu
SURMISE = target/release/surmise

.PHONY: help demo build test test-core lint bench libtorch clean

help:
	@echo 'make demo       libtorch, build, 20 trials on the avatars: studies.db and plots/'
	@echo 'make test       every test there is'
	@echo 'make build      the program with the CNN objective: $(SURMISE)'
	@echo 'make lint       format, clippy, rustdoc, warnings denied'
	@echo 'make bench      micro-benchmarks'

demo: build
	$(SURMISE) run experiments/avatars.yaml

build: libtorch
	$(CARGO) build --release --features torch

libtorch:
	scripts/libtorch.sh $(FLAVOUR)

# With libtorch everything, without it what does not need it: both builds must hold.
test: libtorch test-core
	$(CARGO) test --features torch

test-core:
	$(CARGO) test

lint: libtorch
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings
	$(CARGO) clippy --all-targets --features torch -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --no-deps --features torch

bench:
	$(CARGO) bench

clean:
	$(CARGO) clean
