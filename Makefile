# `make up` and `make demo` need python3 (3.11 or newer) and nothing else; all they install stays in this folder.
PYTHON ?= python3
DEV := .venv/bin/python
LOCAL := .local/venv-local/bin/python
SAM := .local/venv-sam/bin/sam
CONFORMANCE := .local/venv-conformance/bin/python
# The isolated stack of the tests: state, log and ports of its own, beside whatever runs.
TEST_STACK := QUITA_LOCAL_DIR=.local/test PORT=0
# Words of the caller reach a command as they are: single ones by the environment, lists without file names made of *.
WORDS := set -f;
# A process that has played its tests takes over some of another's: single files are minutes long.
EVENLY := --dist worksteal
# The tests over HTTP wait most of their time and those without a stack compute: together they take as long as the
# longer ones. What computes yields to what has deadlines. Their progress comes mixed.
YIELDING :=
# What is built for the cloud.
TARGET_VERSION := $(or $(QUITA_PYTHON_VERSION),3.13)
TARGET_PARAMETERS := PythonRuntime=python$(TARGET_VERSION) Architecture=$(or $(QUITA_ARCHITECTURE),arm64)
LINT_ENVIRONMENT := SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1

export PYTHONPATH := $(CURDIR)/layers/settlement
# Byte-code is kept, whatever the caller's shell says: each process of the tests would spend 15 s on compiling sources.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: docs screenshots currencies rebuild redrive republish audit vet scan bench bench-load bench-growth bench-reconcile help up down status demo sweep logs key conformance invoke test test-long test-fast test-http test-alone test-engine openapi lint validate build deploy lock clean python installed dev books local

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: local ## Start the local stack at http://127.0.0.1:3000 (PORT=… for another port)
	@$(LOCAL) -m local.stack up

down: local ## Stop the local stack
	@$(LOCAL) -m local.stack down

status: local ## Print the address and the names of the running stack
	@$(LOCAL) -m local.stack status

demo: local ## Play the story of one order, on the running stack or on one started for it
	@$(LOCAL) -m local.stack exec -- $(LOCAL) -m local.demo

audit: local ## Audit an order, or all: compare its stored figures with each other (ORDER=… or ALL=1; ACCOUNT=… STACK=…)
	@$(LOCAL) -m operations audit $(if $(filter-out 0 no false,$(ALL)),--all) $(if $(ORDER),--order "$$ORDER") $(if $(ACCOUNT),--account "$$ACCOUNT") $(if $(STACK),--stack "$$STACK")

redrive: local ## Send the messages in the dead-letter queues back (QUEUES="parked-events …"; STACK=…)
	@$(WORDS) $(LOCAL) -m operations redrive $(QUEUES) $(if $(STACK),--stack "$$STACK")

republish: local ## Publish events again from the table (ORDER=… or ALL=1; SINCE=… UNTIL=… ACCOUNT=… STACK=…)
	@$(LOCAL) -m operations republish $(if $(filter-out 0 no false,$(ALL)),--all) $(if $(ORDER),--order "$$ORDER") $(if $(SINCE),--since "$$SINCE") $(if $(UNTIL),--until "$$UNTIL") $(if $(ACCOUNT),--account "$$ACCOUNT") $(if $(STACK),--stack "$$STACK")

rebuild: local ## Rebuild every order and transaction from its events (FROM=table or folder of an export, TO=empty table; ENDPOINT=…)
	@$(LOCAL) -m operations rebuild $(if $(FROM),--from "$$FROM") $(if $(TO),--to "$$TO") $(if $(ENDPOINT),--endpoint "$$ENDPOINT")

sweep: local ## Run the due-work sweep at once on the running stack
	@$(LOCAL) -m operations sweep

logs: local ## Print the functions' logs of the running stack (FUNCTIONS="due_work …")
	@$(WORDS) $(LOCAL) -m local.stack logs $(FUNCTIONS)

key: local ## Create, rotate, disable, enable or list app keys (ARGS="create …" TABLE=… for a deployed table)
	@$(WORDS) $(LOCAL) -m operations key $(or $(ARGS),--help) $(if $(TABLE),--table "$$TABLE")

conformance: python ## Play the Payment Provider Protocol against a connector (URL=… APP_KEY=… APP_TOKEN=… ARGS=…)
	@$(PYTHON) -m tools.environments conformance
	@$(WORDS) $(CONFORMANCE) -m conformance $(if $(URL),--url "$$URL") $(ARGS)

invoke: local ## Run a function in a container on the running stack's table (EVENT=events/…/….json)
	@$(WORDS) $(LOCAL) -m local.sam_local $(if $(FUNCTION),--function "$$FUNCTION") $(EVENT)

test: installed ## Everything: linters, types, template, unit to end-to-end tests
	@$(MAKE) --no-print-directory -j2 lint validate
	@$(MAKE) --no-print-directory -j2 YIELDING='nice -n 10' test-http test-fast
	@$(MAKE) --no-print-directory test-alone

test-fast: dev books ## The tests that need no stack
	$(YIELDING) $(DEV) -m pytest $(EVENLY) -n auto -m "not e2e and not long" --ignore tests/e2e

test-http: installed ## The tests over HTTP, on a local stack of their own
	@$(TEST_STACK) $(LOCAL) -m local.stack down && rm -rf .local/test/state
	$(TEST_STACK) $(LOCAL) -m local.stack exec -- \
		$(DEV) -m pytest $(EVENLY) -n 3 -m "not long and not alone and not own_stack" tests/e2e

test-alone: installed ## The tests over HTTP that load their stack, or kill it: nothing else runs beside them
	@$(TEST_STACK) $(LOCAL) -m local.stack down && rm -rf .local/test/state
	$(TEST_STACK) $(LOCAL) -m local.stack exec -- \
		$(DEV) -m pytest -m "alone or own_stack" tests/e2e

test-long: dev ## The property, crash and fuzz tests with many more examples; takes hours
	QUITA_LONG=1 $(DEV) -m pytest -n auto --timeout 3600 tests/unit tests/security tests/crash

test-engine: dev local ## Every function in a container, by sam local (needs Docker on Linux)
	$(TEST_STACK) $(LOCAL) -m local.stack exec -- $(DEV) -m pytest tests/engine

openapi: dev ## Record its examples, and write the OpenAPI document that the service serves
	@$(DEV) -m tests.support.api_examples >/dev/null
	$(DEV) -m settlement.api.contract.document

currencies: dev ## Write the table of currencies again, from the package iso4217
	@$(DEV) -m tools.currencies

bench: dev local ## What one invoice costs: time, DynamoDB capacity, CPU, cold starts (ARGS="--json FILE")
	$(WORDS) $(LOCAL) -m local.stack exec -- $(DEV) -m bench.invoice $(ARGS)

bench-load: dev local ## Orders at a fixed rate, a connector that fails; each is checked at rest (ARGS="--orders 200 --rate 0.7")
	$(WORDS) $(LOCAL) -m local.stack exec -- env PYTHONPATH=$(PYTHONPATH):functions/sandbox_connector $(DEV) -m bench.load $(ARGS)

bench-growth: dev local ## What the last of 1,000 invoices and 10,000 events costs, beside the first (ARGS="--invoices 200")
	$(WORDS) $(LOCAL) -m local.stack exec -- $(DEV) -m bench.growth $(ARGS)

bench-reconcile: dev local ## Time and memory of settlement reports of 1, 10 and 100 MB (ARGS="--lines 10000 100000")
	$(WORDS) $(LOCAL) -m local.stack exec -- $(DEV) -m bench.reconcile $(ARGS)

lint: dev ## ruff and mypy
	$(DEV) -m ruff check .
	$(DEV) -m ruff format --check .
	$(DEV) -m mypy

vet: python ## Known vulnerabilities of the locked packages, dangerous code, secrets in the sources
	@$(PYTHON) -m tools.environments vet
	@.local/venv-vet/bin/python -m tools.vet

scan: python ## What checkov finds in the template, against what SECURITY.md accepts
	@$(PYTHON) -m tools.environments checkov
	@.local/venv-checkov/bin/python -m tools.scan

docs: python ## Build these documents as a site into .local/site; a link that leads nowhere fails
	@$(PYTHON) -m tools.environments docs
	@.local/venv-docs/bin/python -m tools.site

screenshots: dev local ## Take the pictures of the console in the documents, from the running stack (needs chromium)
	@$(DEV) -m tools.screenshots

validate: local ## sam validate --lint
	$(LINT_ENVIRONMENT) $(SAM) validate --lint

build: dev local ## Build for the cloud (QUITA_PYTHON_VERSION=3.13, QUITA_ARCHITECTURE=arm64)
	@python$(TARGET_VERSION) -c '' 2>/dev/null || echo "warning: no python$(TARGET_VERSION) here to write byte-code;" \
		"the layers will ship sources only and import two to three times slower" >&2
	QUITA_PYTHON=$(CURDIR)/$(DEV) SAM_CLI_TELEMETRY=0 $(SAM) build --parameter-overrides $(TARGET_PARAMETERS)

deploy: build ## Deploy to the AWS account of the current credentials; asks first (PARAMETERS="AlarmTopicArn=… …")
	$(WORDS) SAM_CLI_TELEMETRY=0 $(SAM) deploy --parameter-overrides $(TARGET_PARAMETERS) $(PARAMETERS)

lock: ## Renew the lock files from the .in files (needs uv)
	for layer in dependencies console; do (cd layers/$$layer && $(COMPILE) requirements.in -o requirements.txt) || exit 1; done
	for name in books checkov dev docs local sam vet; do $(COMPILE) requirements/$$name.in -o requirements/$$name.txt || exit 1; done

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-strip-extras --no-emit-index-url

clean: ## Remove everything that was built, installed or stored locally
	-@$(MAKE) --no-print-directory down
	rm -rf .aws-sam .local .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "quita needs Python 3.11 or newer as $(PYTHON); found: $$($(PYTHON) --version 2>&1)." \
			"Name another one: make PYTHON=python3.12 …" >&2; exit 1; }

installed: python
	@$(PYTHON) -m tools.environments dev local sam

dev: python
	@$(PYTHON) -m tools.environments dev

books: python
	@$(PYTHON) -m tools.environments books

local: python
	@$(PYTHON) -m tools.environments local sam
