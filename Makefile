.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

VERSION = $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GOLANGCI_LINT_VERSION := v2.15.0
GOLANGCI_LINT := bin/tools/golangci-lint-$(GOLANGCI_LINT_VERSION)
GOVULNCHECK_VERSION := v1.9.0
GOVULNCHECK := bin/tools/govulncheck-$(GOVULNCHECK_VERSION)
FUZZTIME ?= 60s
# Arguments for go test, packages first: make test ARGS='./eventlog -run Gapless'
ARGS ?=

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z\/]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Without this tag gRPC links a page of its own traces, by whose templates the linker is led to keep every exported method of every type.
TAGS := grpcnotrace

.PHONY: build
build: ## Build bin/parley, one static binary
	CGO_ENABLED=0 go build -trimpath -tags $(TAGS) -ldflags "-s -w -X main.version=$(VERSION)" -o bin/parley .

.PHONY: release
release: ## Build static binaries for every system into bin/release, with checksums, the same bytes each time (VERSION=v1.2.3)
	@scripts/release $(VERSION)

# The packages of web pages. What is built of them is committed, so that Go alone builds the server.
# Of those in PACKED the server embeds the assets as a ZIP file; a test holds it against dist/assets.
PACKED = console graphiql
PAGES = $(patsubst %/package.json,%,$(wildcard console/package.json chat/package.json graphiql/package.json))

.PHONY: build/console
build/console: ## Build the web pages: console, chat, GraphiQL
	@for page in $(PAGES); do \
		echo "$$page"; \
		(cd "$$page" && npm ci --no-audit --no-fund --loglevel=error && npm run --silent --if-present generate && npm run --silent build); \
	done
	go run scripts/packpages.go $(PACKED)

.PHONY: screenshots
screenshots: ## Write the pictures of docs/screenshots again, by the tests of the console
	PARLEY_SCREENSHOTS=$(CURDIR)/docs/screenshots scripts/test . -run TestConsole

.PHONY: run
run: ## Run the server from source
	go run .

.PHONY: generate
generate: ## Write the generated code again: ent, then gqlgen
	go generate ./ent ./graph

.PHONY: docs
docs: ## Write again what the documents take from the code, and the dashboard
	go run scripts/dashboard.go
	go test . -run 'TestMetricsAre|TestSettingsAre|TestLimitsAre|TestTheReference|TestPagesShow' -docs
	go test ./delivery -run Documents -update

.PHONY: migration
migration: ## Write the migration that ent/schema asks for, in both dialects (NAME=add_something)
	@scripts/postgres go run storage/newmigration.go $(NAME)

.PHONY: verify
verify: verify/format verify/generated verify/console verify/modules verify/vet ## Check what needs no test: generated code, format, go.mod, vet

.PHONY: verify/format
verify/format: ## Fail on Go files that gofmt would change
	@files=$$(find . -name node_modules -prune -o -name '*.go' -print0 | xargs -0 -r gofmt -l); \
	if [ -n "$$files" ]; then echo "not formatted by gofmt:"; echo "$$files"; exit 1; fi

# The tree itself is not touched: one copy is generated anew and compared with another. Migrations are
# compared with ent/schema by the tests.
.PHONY: verify/generated
verify/generated: ## Fail when generated code is not what its sources give
	@copy=$$(mktemp -d); trap 'rm -rf "$$copy"' EXIT; \
	mkdir "$$copy/now"; \
	tar --create --exclude=./.git --exclude=./bin --exclude=./data --exclude=node_modules . | tar --extract --directory "$$copy/now"; \
	cp --archive "$$copy/now" "$$copy/was"; \
	(cd "$$copy/now" && go generate ./ent ./graph); \
	cd "$$copy" && diff --recursive --unified --new-file was now || \
		{ echo "generated code is stale: run make generate and commit the result"; exit 1; }

.PHONY: verify/console
verify/console: ## Fail when built web pages are not what their sources give, byte by byte
	@copy=$$(mktemp -d); trap 'rm -rf "$$copy"' EXIT; \
	tar --create --exclude=node_modules schema.graphql $(PAGES) | tar --extract --directory "$$copy"; \
	for page in $(PAGES); do \
		(cd "$$copy/$$page" && npm ci --no-audit --no-fund --loglevel=error && npm run --silent --if-present generate && npm run --silent --if-present check && npm run --silent build); \
		diff --recursive --brief --exclude=node_modules --exclude=assets.zip "$$page" "$$copy/$$page" || \
			{ echo "built pages are stale: run make build/console and commit the result"; exit 1; }; \
	done

.PHONY: verify/modules
verify/modules: ## Fail when go.mod or go.sum is not tidy
	go mod tidy -diff

.PHONY: verify/vet
verify/vet: ## Run go vet
	go vet ./...
	go vet -tags benchmark,soak .

.PHONY: lint
lint: lint/code lint/licences lint/audit ## Run golangci-lint (gosec is one of its linters), check the licences, run govulncheck and npm audit

.PHONY: lint/code
lint/code: $(GOLANGCI_LINT) ## Run golangci-lint, installed into bin/tools when missing
	$(GOLANGCI_LINT) run

.PHONY: lint/audit
lint/audit: $(GOVULNCHECK) ## Look for known holes in Go modules and npm packages; fails too where they cannot be asked for over the network
	GOVULNCHECK=$(GOVULNCHECK) scripts/audit

.PHONY: lint/licences
lint/licences: ## Fail when docs/licences.md is stale, or a licence is not one that we may pass on
	go run scripts/licences.go -check

.PHONY: licences
licences: ## Write docs/licences.md
	go run scripts/licences.go

.PHONY: test/controls
test/controls: ## Take each control of docs/threat-model.md away and demand that its test is red (hours)
	scripts/mutate-controls

# Two builds of copies in different folders, without what the first has compiled.
.PHONY: verify/reproducible
verify/reproducible: ## Build the binary twice, in two folders, and fail if they differ
	@one=$$(mktemp -d); two=$$(mktemp -d)/elsewhere; mkdir -p "$$two"; trap 'rm -rf "$$one" "$$(dirname "$$two")"' EXIT; \
	for copy in "$$one" "$$two"; do \
		tar --create --exclude=./.git --exclude=./bin --exclude=./data --exclude=node_modules . | tar --extract --directory "$$copy"; \
		(cd "$$copy" && GOCACHE="$$copy/.cache" CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags $(TAGS) -ldflags "-s -w -X main.version=$(VERSION)" -o parley .); \
	done; \
	sha256sum "$$one/parley" "$$two/parley"; cmp "$$one/parley" "$$two/parley"

$(GOLANGCI_LINT):
	GOBIN=$(CURDIR)/bin/tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv bin/tools/golangci-lint $@

$(GOVULNCHECK):
	GOBIN=$(CURDIR)/bin/tools go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)
	mv bin/tools/govulncheck $@

.PHONY: test
test: ## Run the tests with the race detector on SQLite and Postgres (ARGS='./eventlog -run X')
	@scripts/test $(ARGS)

.PHONY: test/matrices
test/matrices: ## Run the matrices of roles and of workspaces, and print how many cells they have (a minute)
	@scripts/test ./graph -run 'TestEveryCallerMayDoWhatTheSchemaSays|TestNoOperationReachesAnotherWorkspace' -v | grep --extended-regexp '^(ok|FAIL|panic)|--- |cells'

.PHONY: test/soak
test/soak: ## Run the tests with the long ones among them
	@PARLEY_SOAK=1 TEST_TIMEOUT=$${TEST_TIMEOUT:-60m} scripts/test $(ARGS)

# Without the race detector: the servers are processes of their own, which it would not look into.
.PHONY: soak
soak: ## Kill one of two servers on Postgres every 20 s under load for SOAK_FOR (30m): nothing lost, nothing grows
	PARLEY_SOAK_FOR=$${SOAK_FOR:-30m} scripts/postgres go test -tags soak . -run TestTwoServersForLong -v -count=1 -timeout 3h

.PHONY: bench/scale
bench/scale: ## Measure hot queries on 10,000 generated threads, or on a database that parley generate-data filled (docs/scale.md)
	POSTGRES_FSYNC=on scripts/postgres go test . -run '^$$' -bench Scale -benchtime 1x -timeout 1h

# go test fuzzes one target of one package at a time.
.PHONY: test/fuzz
test/fuzz: ## Run each fuzz target for FUZZTIME (60s)
	@grep --recursive --include='*_test.go' --exclude-dir=node_modules --only-matching --extended-regexp '^func Fuzz\w+' . | sort | \
	while IFS=: read -r file target; do \
		target=$${target#func }; \
		echo "$$target in $$(dirname "$$file")"; \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" </dev/null; \
	done

# Postgres flushes its commits here, as it does for users; the figures would flatter otherwise.
.PHONY: bench
bench: $(if $(filter Linux,$(shell uname)),bench/live bench/read) ## Run the benchmarks, on SQLite and Postgres; on Linux bench/live and bench/read before them
	@$(if $(TEST_POSTGRES_URL),,POSTGRES_FSYNC=on scripts/postgres) go test -run '^$$' -bench . -benchmem ./... $(ARGS)

.PHONY: bench/live
bench/live: ## Measure live delivery against gqlgen, Centrifuge, mercurius and Yoga (4 minutes; installs npm packages; LIVE='-only parley')
	@scripts/bench-live $(LIVE)

.PHONY: bench/read
bench/read: ## Measure pages of threads and sendMessage against mercurius, Yoga, PostGraphile and bare statements (5 minutes; installs npm packages; READ='-only parley,ceiling')
	@scripts/bench-read $(READ)
