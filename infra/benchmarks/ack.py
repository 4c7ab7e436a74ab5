"""What Slack's event costs the processor until it is answered, against slack_bolt (see race.py)."""

import json
import subprocess

from infra import venvs
from infra.benchmarks.figures import Figure, ratio
from infra.venvs import ROOT, NotPossible

SECTION = "Slack's event answered: processor time, AWS a stub"
BUDGET = 0.32


def figures() -> list[Figure]:
    """Theirs, ours, and the ratio."""
    python = venvs.bench(ROOT / ".local")
    command = [str(python), "-m", "infra.benchmarks.race"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise NotPossible(f"The race was not run:\n{done.stderr}")
    found = json.loads(done.stdout)
    names = {"slack_bolt's Chalice handler": "slack_bolt", "Chalice, JSON, HMAC, one call": "floor", "Parley": "ours"}
    names["Parley, its own signed webhook"] = "webhook"
    shown = [Figure(SECTION, name, round(found[key], 1), f"{found[key]:.0f} µs") for name, key in names.items()]
    shown.append(ratio(SECTION, "the floor to slack_bolt", found["floor"] / found["slack_bolt"]))
    return [*shown, ratio(SECTION, "Parley to slack_bolt", found["ours"] / found["slack_bolt"], budget=BUDGET)]
