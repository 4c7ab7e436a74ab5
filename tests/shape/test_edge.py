"""The edge hands over and answers: it writes nothing, and no fence between workspaces is built by hand."""

import ast
from collections.abc import Iterator
from pathlib import Path

CODE = Path(__file__).parents[2] / "chalicelib"
WRITES = {"commit", "spread"}
# The one that stands in a store's place: what is written through it, a flow writes.
PASSED_ON = {("edge/door/conditions.py", "commit")}
# Whoever shows a key names its agent, and a token its visitor: what is compared is no record that a caller names.
PROOFS = {"edge/door/auth.py"}
FENCES = {"flows/fence.py", "flows/search/search.py", "flows/bridges/bind.py"}


def trees(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((CODE / folder).rglob("*.py")):
            yield str(path.relative_to(CODE)), ast.parse(path.read_text())


def test_the_edge_writes_nothing() -> None:
    found = {
        (name, node.func.attr)
        for name, tree in trees("edge")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
    }
    assert found == PASSED_ON


def test_one_function_says_whose_a_record_is() -> None:
    """`found.workspace != …` stands nowhere but there, and where no caller has named what is compared."""
    found = {
        name
        for name, tree in trees("edge", "flows")
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotEq) and _of_workspace(node.left)
    }
    assert found - FENCES == PROOFS


def _of_workspace(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "workspace"


def test_windows_are_counted_by_one_function() -> None:
    """What a window's counter is called and how long it lives is said once."""
    found = {
        name
        for name, tree in trees("edge", "flows", "channels", "trackers")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("store.count")
    }
    assert found == {"flows/pace.py"}


def test_what_a_container_remembers_is_a_memory() -> None:
    """A dict that a module fills grows without end, and what one test has put there another finds."""
    tables = {"edge/door/router.py: _places", "store/rows.py: _decoders"}  # made of the code alone
    found = {
        f"{name}: {ast.unparse(node.target)}"
        for name, tree in trees(".")
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict) and not node.value.keys
        if not ast.unparse(node.target).isupper()  # a table that says that there is nothing
    }
    assert found == tables
