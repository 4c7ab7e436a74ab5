"""What the clients of trackers call, as their code says it: by the syntax tree, each call as `GET /issues/{}`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TRACKERS = Path(__file__).parents[2] / "chalicelib" / "trackers"
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# How a call is written: the verb first, or in the name.
SAID = {"ask", "_ask", "call", "_data", "_once", "Request"}
NAMED = {
    "find": "GET",
    "_find": "GET",
    "_all": "GET",
    "_found": "GET",
    "_paged": "GET",
    "_as_app": "GET",
    "_ask": "GET",
}
NAMED |= {"fetched": "GET", "drop": "DELETE", "_drop": "DELETE", "put_up": "POST"}
ANY = "{}"
# Functions that hand a path on, and `search`, which asks a method of its own that is called `find`.
WAYS = {"_as_app", "_ask", "_all", "_find", "_found", "_paged", "_drop", "search", "ends"}


class Module:
    """One file: its functions by name, and what its objects are made with."""

    def __init__(self, path: Path) -> None:
        tree = ast.parse(path.read_text())
        self.functions = {each.name: each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
        self.owned: dict[str, Any] = {}
        for node in ast.walk(tree):
            for target in node.targets if isinstance(node, ast.Assign) else ():
                if isinstance(target, ast.Attribute):
                    self.owned.setdefault(target.attr, node.value)
        self.constants = {
            node.targets[0].id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }

    def calls(self) -> Iterator[tuple[str, str]]:
        """(function, verb and path) of each call."""
        for name, function in self.functions.items():
            bound = _bound(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    verb, path = self._called(node)
                    if verb:
                        yield name, f"{verb} {self._text(path, bound, 0)}"

    def _called(self, call: ast.Call) -> tuple[str, Any]:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        said = call.args[0] if call.args else None
        for place, verb in enumerate(call.args[:2]):  # GitHub's App says first as whom
            if name in SAID and isinstance(verb, ast.Constant) and verb.value in VERBS and len(call.args) > place + 1:
                return str(verb.value), call.args[place + 1]
        if name == "Request" or name not in NAMED or said is None:
            return "", None
        own = isinstance(call.func, ast.Name) or not isinstance(getattr(call.func, "value", None), ast.Constant)
        return (NAMED[name], call.args[1 if name == "fetched" else 0]) if own else ("", None)

    def _text(self, node: Any, bound: dict[str, Any], depth: int) -> str:
        """What a path says, with {} for whatever is told at run time."""
        if depth > 8:
            return ANY
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.JoinedStr):
            return "".join(self._piece(each, bound, depth) for each in node.values)
        if isinstance(node, ast.BinOp):
            return self._text(node.left, bound, depth + 1) + self._text(node.right, bound, depth + 1)
        if isinstance(node, ast.IfExp):
            return self._text(node.body, bound, depth + 1)
        if isinstance(node, ast.Name) and node.id in bound:
            return self._text(bound[node.id], {**bound, node.id: None}, depth + 1)
        if isinstance(node, ast.Name) and node.id in self.constants:
            return self._text(self.constants[node.id], {}, depth + 1)
        if isinstance(node, ast.Attribute) and node.attr in self.owned:
            return self._text(self.owned[node.attr], {}, depth + 1)
        if isinstance(node, ast.Call):
            return self._returned(node, bound, depth)
        return ANY

    def _piece(self, node: Any, bound: dict[str, Any], depth: int) -> str:
        if isinstance(node, ast.Constant):
            return str(node.value)
        text = self._text(node.value, bound, depth + 1)
        return text if text.startswith(("/", "http")) else ANY

    def _returned(self, call: ast.Call, bound: dict[str, Any], depth: int) -> str:
        """What a function of the module makes of its arguments."""
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        function = self.functions.get(name)
        returns = [each for each in ast.walk(function) if isinstance(each, ast.Return)] if function else []
        if not function or not returns:
            return ANY
        names = [argument.arg for argument in function.args.args if argument.arg != "self"]
        given = {name: _inlined(value, bound) for name, value in zip(names, call.args, strict=False)}
        return self._text(returns[-1].value, _bound(function) | given, depth + 1)


def _inlined(node: Any, bound: dict[str, Any]) -> Any:
    return bound.get(node.id) if isinstance(node, ast.Name) else node


def _bound(function: ast.FunctionDef) -> dict[str, Any]:
    """What the names of a function stand for: the first that each is given."""
    found: dict[str, Any] = {}
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            for name, value in pairs:
                if isinstance(name, ast.Name):
                    found.setdefault(name.id, value)
    return found


def rest_calls(tracker: str) -> set[tuple[str, str]]:
    """(function, `GET /path/{}`) of all calls of a tracker's client."""
    found = set()
    for path in sorted((TRACKERS / tracker).glob("*.py")):
        found |= {(function, plain(call)) for function, call in Module(path).calls()}
    return {(function, call) for function, call in found if not (function in WAYS and call.endswith(f" {ANY}"))}


def plain(call: str) -> str:
    """A call with {} for whatever has a name in it, and no more than its path; "" of GraphQL and of signed questions,
    which have words of their own."""
    verb, _, path = call.partition(" ")
    path = re.sub(r"(\{[^{}]*\})+", ANY, path.partition("?")[0])
    path = path.removeprefix(ANY) if path.startswith(f"{ANY}/") else path
    return f"{verb} {path}" if path.startswith("/") or path == ANY else ""


def graph_calls(module: Any) -> set[str]:
    """`query issue`, `mutation issueCreate`, … of all operations that a module holds."""
    found = set()
    for value in vars(module).values():
        if isinstance(value, str) and re.match(r"\s*(query|mutation)\b", value):
            kind = value.split("(")[0].split("{")[0].strip()
            found |= {f"{kind} {name}" for name in _roots(value[value.index("{") + 1 :])}
    return found


def _roots(body: str) -> Iterator[str]:
    depth = 0
    for piece in re.finditer(r"[{}()]|\w+", body):
        if piece[0] in "{(":
            depth += 1
        elif piece[0] in "})":
            depth -= 1
        elif depth == 0:
            yield piece[0]
