"""What browsers load is what esbuild makes of the modules; it is small, and each file is served as its name asks."""

import gzip
import os
import re
import shutil
from pathlib import Path

import pytest

from chalicelib.edge.pages.serve import built
from infra import pages
from tests.api import Client

CONSOLE_AT_FIRST = 90 * 1024  # bytes of scripts, as API Gateway sends them
ASSETS = sorted(path.name for path in (pages.BUILT / "assets").iterdir())
IMPORTED = re.compile(r"""import\(["'`]([^"']+)["']\)""")
AT_ONCE = re.compile(r"""(?:^|[;}])import\s*[{"'*\w]""")


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def modules() -> Path:
    found = pages.fetched()
    if found is None:
        words = "NO ESBUILD: npm could not bring it, so that nobody knows whether the built pages are up to date"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
    return found


def test_what_is_committed_is_what_is_built(modules: Path, tmp_path: Path) -> None:
    pages.build(tmp_path / "built", modules)
    fresh, committed = contents(tmp_path / "built"), contents(pages.BUILT)
    stale = [name for name in fresh.keys() | committed.keys() if fresh.get(name) != committed.get(name)]
    assert not stale, "python -m infra.pages"


def test_the_widget_is_one_file_whose_further_scripts_are_there() -> None:
    script = built("widget.js")[0]
    assert not AT_ONCE.search(script)
    for address in IMPORTED.findall(script):
        assert address.removeprefix("./assets/") in ASSETS
        assert not AT_ONCE.search(built(address)[0]), "a further script is whole"


def test_a_further_script_is_named_by_its_hash(modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = tmp_path / "web"
    shutil.copytree(pages.WEB, web, ignore=shutil.ignore_patterns("built"))
    (web / "widget" / "further").mkdir(exist_ok=True)
    further = web / "widget" / "further" / "extra.js"
    further.write_text('import { safeUrl } from "../../shared/dom.js";\nexport const safe = (x) => [safeUrl(x), 1];\n')
    widget = web / "widget" / "widget.js"
    monkeypatch.setattr(pages, "WEB", web)
    with pytest.raises(pages.NotPossible, match=r'nothing imports "\./further/extra\.js"'):
        pages.build(tmp_path / "built", modules)
    widget.write_text(widget.read_text() + '\nexport const extra = () => import("./further/extra.js");\n')
    names = set()
    for value in ("1", "2"):
        further.write_text(further.read_text().replace("1]", f"{value}]"))
        pages.build(tmp_path / "built", modules)
        script = (tmp_path / "built" / "widget.js").read_text()
        (name,) = [found for found in IMPORTED.findall(script) if "/extra-" in found]
        text = (tmp_path / "built" / name).read_text()
        assert "mailto:" in text
        assert not AT_ONCE.search(text)
        names.add(name)
    assert len(names) == 2


def test_what_cannot_be_built_is_said(modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = tmp_path / "web"
    shutil.copytree(pages.WEB, web, ignore=shutil.ignore_patterns("built"))
    (web / "widget" / "icons.js").write_text("const const")
    monkeypatch.setattr(pages, "WEB", web)
    with pytest.raises(pages.NotPossible, match=r"icons\.js"):
        pages.build(tmp_path / "built", modules)


def test_all_that_the_console_loads_at_first_is_small_and_named_by_its_page() -> None:
    page = built("console.html")[0]
    named = re.findall(r'(?:href|src)="(assets/[^"]+)"', page)
    assert len(named) <= 4
    scripts = [built(name)[0] for name in named if name.endswith(".js")]
    assert sum(len(gzip.compress(script.encode(), 6)) for script in scripts) <= CONSOLE_AT_FIRST
    for name in named:
        for address in re.findall(r"""(?:from|import)["']\./([^"']+)["']""", built(name)[0]):
            assert f"assets/{address}" in named, "the browser learns of it late"


@pytest.mark.usefixtures("parley")
def test_a_name_with_a_hash_is_kept_for_good() -> None:
    for name in ASSETS:
        got = Client().get(f"/assets/{name}")
        assert got.text == built(f"assets/{name}")[0]
        assert got.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert got.headers["Access-Control-Allow-Origin"] == "*"
        assert got.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert got.headers["Content-Type"] == f"text/{'css' if name.endswith('css') else 'javascript'}; charset=utf-8"


@pytest.mark.usefixtures("parley")
@pytest.mark.parametrize("name", ["console-00000000.js", "..%2Fwidget.js", "..", "widget.js", "", "%2E%2E%2F%2E%2E"])
def test_nothing_else_is_there(name: str) -> None:
    assert Client().get(f"/assets/{name}").status == 404
