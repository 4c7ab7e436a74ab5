# `make run` needs nothing but Python ≥ 3.11; every other target makes the same virtual environment first.

PYTHON ?= python3
IN = .venv/bin/python
ARGS ?=
STAGE ?=

.PHONY: run demo env clock test check bench faults fuzz package deploy doctor dead-letters rebuild restore held destroy mail clean venv lock connect decisions table kinds forms

venv:
	@$(PYTHON) -m infra.venvs

# After a change of requirements*.txt: the versions and hashes of all that is installed. ARGS=--upgrade for newer ones.
lock:
	@$(PYTHON) -m infra.lock $(ARGS)

# After a key or a listing of the table has changed: docs/table.md.
table: venv
	@$(IN) -m infra.table

# After a channel shows or reads a text otherwise: the tables in its page, docs/channels.
forms: venv
	@$(IN) -m infra.forms

# After a decision was added or has changed: the index of docs/decisions.
decisions: venv
	@$(IN) -m infra.decisions

# After what a kind of channel or tracker tells of itself has changed: the tables of docs/channels and docs/trackers.
kinds: venv
	@$(IN) -m infra.kinds

# The local stack, until Ctrl-C. ARGS="--port 8001 --fresh"; see infra/local.py.
run: venv
	@$(IN) -m infra.local $(ARGS)

# The whole story through the public API, with `make run` going.
demo: venv
	@$(IN) -m infra.demo $(ARGS)

# Its address and key for a shell: eval "$(make env)"
env: venv
	@$(IN) -m infra.shell $(ARGS)

# Time passes on the running stack, and what is due then happens: make clock ARGS="+2h"
clock: venv
	@$(IN) -m infra.clock $(ARGS)

# Two workers: one begins with the journeys, the other with all the rest. ARGS="-n 0 tests/desk": in one process.
test: venv
	@$(IN) -m pytest -n 2 $(ARGS)

# The one door: format, lint, types, imports, tests.
check: venv
	@$(IN) -m ruff format --check .
	@$(IN) -m ruff check .
	@$(IN) -m mypy
	@.venv/bin/lint-imports --no-cache
	@$(MAKE) --no-print-directory test

# Random histories with deaths and outages; see tests/faults/README.md.
N ?= 100
FIRST ?= 1
faults: venv
	@$(IN) -m tests.faults.simulation $(FIRST) $(N) $(ARGS)

# Requests bent out of shape at every route and way in, 500 to a round; see tests/faults/README.md.
fuzz: venv
	@$(IN) -m tests.faults.fuzz $(FIRST) $(N) $(ARGS)

bench: venv
	@$(IN) -m infra.bench $(ARGS)

# What ships, for AWS: dist/deployment.zip and dist/template.json.
package: venv
	@$(IN) -m infra.build $(ARGS)

# make deploy STAGE=prod ARGS="--alarm-email ops@example.com"
deploy: venv
	@$(IN) -m infra.deploy "$(STAGE)" $(ARGS)

# What of a deployed stage is right, and what is missing: make doctor STAGE=prod
doctor: venv
	@$(IN) -m infra.doctor $(if $(STAGE),--stage "$(STAGE)") $(ARGS)

# Connects a tracker, step by step: make connect ARGS="github --config repository=acorn/api --credential token"
connect: venv
	@$(IN) -m infra.connect $(ARGS)

# Lists dead letters with their reasons; ARGS="--replay …" sends them again.
dead-letters: venv
	@$(IN) -m infra.dead_letters $(ARGS)

# What CloudFormation cannot do for e-mail, step by step: make mail STAGE=prod ARGS="--domain in.example.com"
mail: venv
	@$(IN) -m infra.mail "$(STAGE)" $(ARGS)

rebuild: venv
	@$(IN) -m infra.rebuild $(ARGS)

# A stage as it was at a moment: make restore STAGE=prod TO=2026-12-04T17:30:00Z
TO ?=
restore: venv
	@$(IN) -m infra.restore $(if $(STAGE),--stage "$(STAGE)") $(if $(TO),--to "$(TO)") $(ARGS)

# What stands still since then; ARGS="--stage prod --release ID" lets it go.
held: venv
	@$(IN) -m infra.held $(ARGS)

# Shows what would go with a stage, and what stays: make destroy STAGE=prod. ARGS=--yes does it.
destroy: venv
	@$(IN) -m infra.destroy $(if $(STAGE),--stage "$(STAGE)") $(ARGS)

# The virtual environments and the local stack's state stay: remove .venv and .local for those.
clean:
	rm -rf .build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path "./.venv/*" -not -path "./.local/*" -prune -exec rm -rf {} +
