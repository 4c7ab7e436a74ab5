"""A kind of channel or tracker is one folder and one line: outside of them no code knows it by its name."""

import ast
import re
from pathlib import Path

import pytest

from chalicelib import wiring

ROOT = Path(__file__).parents[2]
CODE = ROOT / "chalicelib"
# Words that also mean something else: a person's address, an element of a page, a route of the API. Of these only what
# stands where a kind or a channel is meant counts.
HOMONYMS = frozenset({"email", "form", "webhook", "tracker"})
# Where a kind stands outside, and why. What is added here is one place more to be found when a kind is added.
EXCEPTIONS = {
    ("desk/workspaces.py", "webhook"): "rows written before a feed's kind was stored lack that of webhooks alone",
}
NAMES_A_KIND = re.compile(r"kind|channel|tracker")


def found(path: Path, own: str) -> set[str]:
    """The kinds that the code of a module names, but for its own."""
    tree = ast.parse(path.read_text())
    words = set(wiring.KINDS) - {own}
    clear = {
        each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and isinstance(each.value, str)
    } & (words - HOMONYMS)
    return clear | {word for each in ast.walk(tree) for word in _meant(each) if word in words}


def _meant(node: ast.AST) -> list[str]:
    """The words that stand where a kind or a channel is meant."""
    match node:
        case ast.Compare(left=left, comparators=others) if any(map(_is_a_kind, (left, *others))):
            return [word for each in (left, *others) for word in _words(each)]
        case ast.keyword(arg=str(name), value=value) if NAMES_A_KIND.search(name):
            return _words(value)
        case ast.Call(func=ast.Attribute(value=asked, attr="get"), args=args) if _is_a_kind(asked):
            return [word for each in args for word in _words(each)]
        case ast.Call(func=func, args=args) if _is_a_kind(func):
            return [word for each in args for word in _words(each)]
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inside):
            options = _words(inside)
            return options if len(set(options) & set(wiring.KINDS)) > 1 else []
        case ast.Dict(keys=keys, values=values):
            pairs = [(key, value) for key, value in zip(keys, values, strict=True) if key is not None]
            return [
                word
                for key, value in pairs
                for word in _words(value)
                if isinstance(key, ast.Constant) and key.value in ("kind", "channel")
            ]
    return []


def _is_a_kind(node: ast.AST) -> bool:
    name = getattr(node, "attr", None) or getattr(node, "id", "")
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        name = node.slice.value
    return isinstance(name, str) and NAMES_A_KIND.search(name) is not None


def _words(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [word for each in node.elts for word in _words(each)]
    return []


def own_of(path: Path) -> str:
    """The kind whose folder a module is in."""
    parts = path.relative_to(CODE).parts
    return next((kind for kind, folder in wiring.KINDS.items() if tuple(folder.split(".")) == parts[:2]), "")


MODULES = [path for path in sorted(CODE.rglob("*.py")) if path != CODE / "wiring.py"]


def test_no_code_outside_knows_a_kind_by_its_name() -> None:
    places = {
        (path.relative_to(CODE).as_posix(), kind)
        for path in [*MODULES, ROOT / "app.py"]
        for kind in found(path, own_of(path) if path in MODULES else "")
        if path in MODULES
    }
    assert places == set(EXCEPTIONS)


def test_wiring_names_each_once() -> None:
    tree = ast.parse((CODE / "wiring.py").read_text())
    named = [each.value for each in ast.walk(tree) if isinstance(each, ast.Constant)]
    assert {kind: named.count(kind) for kind in wiring.KINDS if kind not in HOMONYMS} == dict.fromkeys(
        set(wiring.KINDS) - HOMONYMS, 1
    )


@pytest.mark.parametrize(
    "path",
    [path for path in sorted((CODE / "web").rglob("*.js")) if not {"built", "languages"} & set(path.parts)],
    ids=lambda path: path.name,
)
def test_no_page_knows_a_kind_by_its_name(path: Path) -> None:
    """A page is told of kinds by the API; what that says of them is translated in `languages`."""
    text = path.read_text()
    words = "|".join(sorted(wiring.KINDS))
    clear = "|".join(sorted(set(wiring.KINDS) - HOMONYMS))
    assert re.findall(rf"""["'`]({clear})["'`]|(?<![\w.])({clear}):""", text) == []
    assert re.findall(rf"""(?:kind|channel)\w*(?:\.value)?\s*[!=]==\s*["'`]({words})["'`]""", text) == []
    labels = [known.label for name in wiring.KINDS if name not in HOMONYMS and (known := wiring.kind(name))]
    assert [label for label in labels if re.search(rf"\b{label}\b", text)] == []


PROBES = {
    'if install.kind == "slack": pass': {"slack"},
    'if source.channel not in ("api", "email"): pass': {"email"},
    'Source(channel="form")': {"form"},
    'kinds.get(id_, "webhook")': {"webhook"},
    'Kinds = Literal["email", "form"]': {"email", "form"},
    'world.tracker("tracker")': {"tracker"},
    'body = {"kind": "webhook"}': {"webhook"},
    'TABLE = {"jira": 1}': {"jira"},
    'claims["email"]; h("form"); names = ("webhook", "svix")': set(),
}


@pytest.mark.parametrize("code", PROBES)
def test_it_finds_what_it_looks_for(code: str, tmp_path: Path) -> None:
    path = tmp_path / "probe.py"
    path.write_text(code)
    assert found(path, "") == PROBES[code]
