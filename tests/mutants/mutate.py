"""A mutant: one function of one module that means something else. It is found by its syntax, never by its place in a
file, and put into the functions that live: whoever has imported them by name calls the mutant too."""

import ast
import gc
import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType

ROOT = Path(__file__).parents[2]


class DoesNotApply(Exception):
    """What the mutant changes is not there, or more than once, or is the same afterwards."""


@dataclass(frozen=True)
class Mutant:
    """In `function` (a qualified name, or that of a constant) of `module`, `before` (an expression or a statement) is
    `after`. One that removes a statement says `pass`."""

    module: str
    function: str
    before: str
    after: str

    @property
    def id(self) -> str:
        """As a test is named by it."""
        return f"{self.module.removeprefix('chalicelib.')}.{self.function}: {self.before} → {self.after}"


def mutated(mutant: Mutant) -> ast.Module:
    """The module's syntax with the change in it."""
    tree = parsed(mutant.module)
    function = function_of(tree, mutant.function)
    before, after = _spoken(mutant.before), _spoken(mutant.after)
    words = ast.unparse(before)
    found = [node for node in ast.walk(function) if isinstance(node, ast.expr | ast.stmt) and _says(node, words)]
    found = [node for node in found if isinstance(node, ast.expr) is isinstance(before, ast.expr)]
    if len(found) != 1:
        raise DoesNotApply(f"{len(found)} times there: {mutant.id}")
    if isinstance(before, ast.expr) is not isinstance(after, ast.expr):
        raise DoesNotApply(f"an expression for a statement: {mutant.id}")
    for node in ast.walk(after):
        ast.copy_location(node, found[0])
    _Replacing(found[0], after).visit(tree)
    return ast.fix_missing_locations(tree)


def function_of(tree: ast.Module, qualname: str) -> ast.AST:
    """The function, method or constant of that name."""
    found: ast.AST = tree
    for name in qualname.split("."):
        inside = [node for node in getattr(found, "body", ()) if name in _names(node)]
        if len(inside) != 1:
            raise DoesNotApply(f"no {qualname}, or several")
        found = inside[0]
    return found


def put_in(mutant: Mutant) -> None:
    """Make the functions that live in this process the mutant's, for good."""
    path = inspect.getfile(importlib.import_module(mutant.module))
    code = compile(mutated(mutant), path, "exec")
    codes: dict[tuple[str, int], CodeType] = {}
    for each in _codes(code):
        place = (each.co_qualname, each.co_firstlineno)
        if place in codes:
            codes.pop(place)
        else:
            codes[place] = each
    swapped = 0
    for function in gc.get_objects():
        if isinstance(function, FunctionType) and function.__code__.co_filename == path:
            other = codes.get((function.__code__.co_qualname, function.__code__.co_firstlineno))
            if other is not None and other != function.__code__:
                function.__code__ = other
                swapped += 1
    if not swapped:
        raise DoesNotApply(f"no function that lives is another by it: {mutant.id}")


def parsed(module: str) -> ast.Module:
    """A module's syntax, as it is."""
    return ast.parse(_source(module if module.startswith("chalicelib.") else f"chalicelib.{module}"))


@cache
def _source(module: str) -> str:
    path = ROOT.joinpath(*module.split("."))
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()


def _spoken(words: str) -> ast.expr | ast.stmt:
    (statement,) = ast.parse(words).body
    return statement.value if isinstance(statement, ast.Expr) else statement


def _says(node: ast.expr | ast.stmt, words: str) -> bool:
    return ast.unparse(node) == words


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _codes(code: CodeType) -> Iterator[CodeType]:
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from _codes(const)


class _Replacing(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Asked by ast."""
        return self.new if node is self.old else self.generic_visit(node)
