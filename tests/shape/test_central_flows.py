"""The eight flows that all else hangs on say why they do what they do in this order."""

import ast
from pathlib import Path

import pytest

FLOWS = Path(__file__).parents[2] / "chalicelib" / "flows"
CENTRAL = {
    "inbound/accept": "accept",
    "inbound/receive": "receive",
    "rooms/post": "post",
    "derive": "derive",
    "delivery/attempt": "attempt",
    "tickets/reconcile": "_worked",
    "broadcasts/send": "run",
    "clock": "tick",
    "rebuild": "rebuild",
}


@pytest.mark.parametrize("name", CENTRAL)
def test_it_says_why_in_this_order(name: str) -> None:
    tree = ast.parse((FLOWS / f"{name}.py").read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == CENTRAL[name]]
    assert "In this order: " in (ast.get_docstring(functions[0]) or "")
