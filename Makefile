# make              the three programs, in bin/
# make demo         the whole custody cycle on this machine, in demo/; ZONE=FILE signs a real zone
# make test         installs what the tests need, then lints and runs them all;
#                   TESTFLAGS= leaves out the race detector, for a quarter of the time
# make test-full    the tests that take minutes: every real root zone signed with RSASHA256
# make lint         formatting, go.mod, vet, staticcheck
# make fuzz         every fuzz target for FUZZTIME; FUZZDIR=pkg/ksr for one package
# make bench        every benchmark COUNT times, for benchstat; BENCH and PKG select
# make bench-peers  the signing engine beside BIND, ldns and Knot, for hours: BENCH_RUN selects
#                   cases, ROUNDS and BENCH_FLAGS are passed on; see docs/benchmarks.md
# make bench-hsm    package hsm beside a bare PKCS#11 loop in C, with SoftHSM; HSMFLAGS="-rounds 3"
# make generate     the generated files
#
# LIBCRYPTO=no leaves OpenSSL's libcrypto out of zskd and kskd. Without it, it is
# built in where tools/libcrypto.sh finds that it can be.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := build

# keymgr, nsd and unbound are in sbin, which is not on everyone's path.
export PATH := $(PATH):/usr/sbin:/sbin

STATICCHECK := tools/bin/staticcheck
FUZZTIME ?= 1m
FUZZDIR ?= .
COUNT ?= 10
BENCH ?= .
PKG ?= ./...
BENCH_RUN ?=
ROUNDS ?= 3
BENCH_FLAGS ?=
ZONE ?=
HSMFLAGS ?=
TESTFLAGS ?= -race

ifeq ($(origin LIBCRYPTO),undefined)
LIBCRYPTO := $(shell tools/libcrypto.sh)
endif
export LIBCRYPTO
TAGS := $(if $(filter yes,$(LIBCRYPTO)),-tags libcrypto)

.PHONY: build demo test test-full test-deps lint lint-format lint-modules lint-vet lint-staticcheck fuzz bench bench-hsm bench-peers generate clean

# ksrtool judges and cannot sign: without cgo no token can be linked into it.
build:
	CGO_ENABLED=1 go build -trimpath $(TAGS) -o bin/ ./zskd ./kskd
	CGO_ENABLED=0 go build -trimpath -o bin/ ./ksrtool

demo: build
	deployments/demo.sh $(if $(ZONE),--zone-file '$(ZONE)')

test: test-deps lint
	go test $(TESTFLAGS) $(TAGS) ./...
	$(if $(TAGS),go test -run WithoutLibcrypto ./pkg/libcrypto ./pkg/keyfile ./internal/keystore)
	@echo "make test: everything passed"

test-full: test-deps
	COUNTERSIGN_FULL=1 go test $(TAGS) -count=1 -v -run 'TestEveryRootZone' ./deployments/e2e

test-deps:
	@deployments/test-deps.sh

# Everything that is wrong, not only the first.
lint:
	@$(MAKE) --no-print-directory -k lint-format lint-modules lint-vet lint-staticcheck

lint-format:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then \
		printf 'lint: not in the form of gofmt:\n%s\n' "$$unformatted" >&2; exit 1; fi

lint-modules:
	go mod tidy -diff
	go -C tools mod tidy -diff

# What is built without libcrypto has to stay good too.
lint-vet:
	go vet ./...
	$(if $(TAGS),go vet $(TAGS) ./...)

lint-staticcheck: $(STATICCHECK)
	$(STATICCHECK) ./...
	$(if $(TAGS),$(STATICCHECK) $(TAGS) ./...)

# Built again when its version changes.
$(STATICCHECK): tools/go.mod tools/go.sum
	go -C tools build -trimpath -o bin/staticcheck honnef.co/go/tools/cmd/staticcheck
	@touch $@

fuzz:
	tools/fuzz.sh $(FUZZTIME) $(FUZZDIR)

bench:
	@go test $(TAGS) -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) $(PKG)

bench-peers:
	go build -trimpath $(TAGS) -o bin/ ./deployments/benchpeers
	bin/benchpeers -rounds $(ROUNDS) $(if $(BENCH_RUN),-run '$(BENCH_RUN)') $(BENCH_FLAGS)

bench-hsm:
	go build -trimpath -o bin/ ./deployments/hsmbench
	bin/hsmbench $(HSMFLAGS)

generate:
	go generate ./...

clean:
	rm -rf bin demo tools/bin
