"""What the worker of a workspace's retention is told."""

from typing import Any

from ...desk.retention import Retention


def next_piece(retention: Retention) -> dict[str, Any]:
    """Its next piece."""
    return {"retention": retention.workspace, "workspace": retention.workspace, "piece": retention.piece}
