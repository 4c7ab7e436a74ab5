"""`.local/endpoints.json`: where the local stack is and with what keys, for tools and tests."""

import json
import os
from pathlib import Path
from typing import Any

Endpoints = dict[str, Any]
NAME = "endpoints.json"


def read(home: Path) -> Endpoints | None:
    """What the last run wrote; None if there is nothing or it cannot be read."""
    try:
        found = json.loads((home / NAME).read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("bootstrap_key"), str) else None


def write(home: Path, endpoints: Endpoints) -> Path:
    """Whole or not at all, and for its owner's eyes: there are keys in it."""
    path = home / NAME
    partial = path.with_suffix(".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(json.dumps(endpoints, indent=2) + "\n")
    partial.replace(path)
    return path
