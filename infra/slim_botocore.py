"""botocore's data without what only people read: every cold start parses it (ADR 13).

The regions of four hundred services that Parley does not call are two thirds of what a client costs to make; a
service's model is documentation for the most part.
"""

import gzip
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

# Names of services in endpoints.json that differ from those of their folders.
ALSO = {"apigatewaymanagementapi": "execute-api", "sesv2": "email"}
PROSE = frozenset({"documentation", "documentationUrl"})


def slim(data: Path, services: Collection[str]) -> None:
    """Rewrite botocore's `data` folder, which holds the models of `services` alone."""
    for folder in data.glob("*/"):
        if folder.is_dir() and folder.name not in services:
            raise ValueError(f"{folder.name} is not among the services")
    _slim_endpoints(data / "endpoints.json", {ALSO.get(name, name) for name in services})
    for path in data.glob("*/*/*.json.gz"):
        # The zip compresses it anyway; unpacked twice it would only take longer.
        model = json.loads(gzip.decompress(path.read_bytes()))
        # botocore itself reads the documentation of a client's own parameters.
        kept = {name: model[name] for name in ("clientContextParams",) if name in model}
        _write(path.with_suffix(""), without_prose(model) | kept)
        path.unlink()


def without_prose(whole: Any) -> Any:
    """A model without its documentation. A member that is itself called so is a shape, not a text."""
    if isinstance(whole, dict):
        return {
            name: without_prose(value)
            for name, value in whole.items()
            if not (name in PROSE and isinstance(value, str))
        }
    return [without_prose(value) for value in whole] if isinstance(whole, list) else whole


def _slim_endpoints(path: Path, names: Collection[str]) -> None:
    document = json.loads(path.read_text())
    for partition in document["partitions"]:
        kept = {name: found for name, found in partition["services"].items() if name in names}
        partition["services"] = kept
    _write(path, document)


def _write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, separators=(",", ":")))
