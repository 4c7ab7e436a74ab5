"""The scripts and styles that browsers load, built by esbuild of the modules under chalicelib/web (ADR 127).

    python -m infra.pages

writes chalicelib/web/built, which is committed and ships: nothing else needs Node. What is built with, and the
libraries that it is built of, are pinned with hashes under infra/locks/pages, and fetched by npm into the user's cache.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from infra.progress import progress
from infra.venvs import ROOT, NotPossible

WEB = ROOT / "chalicelib" / "web"
BUILT = WEB / "built"
LOCK = ROOT / "infra" / "locks" / "pages"
FETCH_WITHIN, BUILD_WITHIN = 400, 120
# Of the parser of Markdown what is used: it decodes entities, encodes none, and finds no addresses of its own.
LESS = ("--alias:entities=entities/lib/decode.js", "--alias:linkify-it=./shared/unlinked.js")
# Browsers since 2023: what is written is what runs, but for its size.
SMALL = (
    "--bundle",
    "--preserve-symlinks",
    "--format=esm",
    "--minify",
    "--target=es2022",
    "--charset=utf8",
    "--legal-comments=none",
    *LESS,
)
FURTHER = "./further/{name}.js"  # as the widget imports it, when it is needed
SHARED = "../widget/further/{name}.js"  # as the console imports what the widget has, too
# Which of its modules imports which: these are large.
USES = {"code.js": "colours.js", "figures.js": "figures.js", "usage.js": "figures.js"}
LANGUAGE = "./languages/{name}.js"  # as the console imports it, before it says a word


def fetched(pinned: Path = LOCK) -> Path | None:
    """The folder of node_modules with what a lock says; None if npm is not there, or could not bring it."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "parley"
    folder = home / f"pages-{hashlib.sha256((pinned / 'package-lock.json').read_bytes()).hexdigest()[:16]}"
    npm = shutil.which("npm")
    try:
        home.mkdir(parents=True, exist_ok=True)
        with (home / "pages.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists() and npm:
                _fetch(npm, pinned, home, folder=folder)
    except (OSError, subprocess.SubprocessError):
        return None
    return folder / "node_modules" if folder.exists() else None


def _fetch(npm: str, pinned: Path, home: Path, *, folder: Path) -> None:
    """Into a folder beside, which gets its name once it is whole."""
    with tempfile.TemporaryDirectory(dir=home) as beside:
        made = Path(beside) / "made"
        shutil.copytree(pinned, made)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        with progress("fetching what pages are built with"):
            subprocess.run(command, cwd=made, capture_output=True, timeout=FETCH_WITHIN, check=True)
        made.rename(folder)


class Build:
    """One building of everything into a folder, which it empties first."""

    def __init__(self, modules: Path, into: Path, workshop: Path) -> None:
        self.modules, self.into = modules, into
        self.assets = into / "assets"
        self.source = workshop / "web"
        # Names have a hash of paths in them, too: seen from here the libraries lie at the same place on any machine.
        (workshop / "node_modules").symlink_to(modules.resolve(), target_is_directory=True)
        shutil.copytree(WEB, self.source, ignore=lambda folder, _: ["built"] if Path(folder) == WEB else [])
        shutil.rmtree(into, ignore_errors=True)
        self.assets.mkdir(parents=True)

    def all(self) -> None:
        """The support button and the console."""
        self._widget()
        self._console()

    def _widget(self) -> None:
        """One file, that hosts embed by its name; its further scripts are each whole, and known by their hash."""
        styles = sorted((self.source / "widget").rglob("*.css"))
        self._run(styles, "--minify", "--charset=utf8", "--outdir=.", "--outbase=.", "--allow-overwrite")
        text = ("--loader:.css=text",)
        made = self._apart(self.source / "widget" / "further", *text)
        target = self.into / "widget.js"
        outside = "--external:" + FURTHER.format(name="*")
        self._run([self.source / "widget" / "widget.js"], *SMALL, *text, outside, f"--outfile={target}")
        self._imported(target, FURTHER, {name: f"./assets/{path.name}" for name, path in made.items()})
        self.further = made

    def _apart(self, folder: Path, *options: str) -> dict[str, Path]:
        """Build each script of a folder as a whole that imports nothing, known by its hash."""
        return self._run(
            sorted(folder.glob("*.js")), *SMALL, *options, f"--outdir={self.assets}", "--entry-names=[name]-[hash]"
        )

    def _imported(self, script: Path, as_: str, addresses: dict[str, str]) -> None:
        """Write into a script the addresses of what it imports."""
        text = script.read_text("utf-8")
        for name, address in addresses.items():
            said = f'"{as_.format(name=Path(name).stem)}"'
            if said not in text:
                raise NotPossible(f"nothing imports {said}")
            text = text.replace(said, f'"{address}"')
        script.write_text(text, "utf-8")

    def _console(self) -> None:
        """A page that names its script, all that this begins with, and its styles by their hashes."""
        console = self.source / "console"
        words = self._apart(console / "languages")  # first: the console's own hash is to know theirs
        self._imported(console / "translate.js", LANGUAGE, {name: f"./{path.name}" for name, path in words.items()})
        for module, name in USES.items():
            self._imported(console / module, SHARED, {name: f"./{self.further[name].name}"})
        apart = (*words.values(), *(self.further[name] for name in USES.values()))
        outside = [f"--external:./{path.name}" for path in apart]
        options = (*SMALL, *outside, "--splitting", f"--outdir={self.assets}", "--entry-names=console-[hash]")
        made = self._run([console / "main.js", console / "console.css"], *options)
        page = (console / "console.html").read_text("utf-8")
        script, styles = self._named(made["main.js"]), made["console.css"].name
        links = [f'<link rel="stylesheet" href="assets/{styles}">']
        links += [f'<link rel="modulepreload" href="assets/{name}">' for name in self._beginning(script)]
        links += [f'<script type="module" src="assets/{script}"></script>']
        (self.into / "console.html").write_text(page.replace("{links}", "\n".join(links)), "utf-8")
        shutil.copy(console / "console.svg", self.into)
        self._run([console / "worker.js"], *SMALL, f"--outfile={self.into / 'console-worker.js'}")

    def _named(self, entry: Path) -> str:
        """The script that a page names for an entry. What is loaded later imports `main.js`, so that esbuild makes one
        file of all that these share, and of the entry a line that imports it, which no browser need ask for."""
        if self.outputs[entry.name]["inputs"]:
            return entry.name
        entry.unlink()
        (whole,) = self._beginning(entry.name)
        return whole

    def _beginning(self, script: str) -> list[str]:
        """What a built script imports at once, and what that does."""
        found: list[str] = []
        wanted = [script]
        while wanted:
            for each in self.outputs[wanted.pop()]["imports"]:
                name = Path(each["path"]).name
                if each["kind"] == "import-statement" and name not in found:
                    found.append(name)
                    wanted.append(name)
        return sorted(found)

    def _run(self, entries: Iterable[Path], *options: str) -> dict[str, Path]:
        """Build; what was made of each entry, by the entry's file name."""
        sources = [str(path.relative_to(self.source)) for path in entries]
        if not sources:
            return {}
        report = self.source / "report.json"
        command = [str(self.modules / ".bin" / "esbuild"), *sources, *options, f"--metafile={report}"]
        done = subprocess.run(
            [*command, "--log-level=warning"],
            cwd=self.source,
            capture_output=True,
            text=True,
            timeout=BUILD_WITHIN,
            check=False,
        )
        if done.returncode or done.stderr:
            raise NotPossible(f"esbuild: {done.stderr}")
        outputs = json.loads(report.read_text())["outputs"]
        self.outputs = {Path(path).name: made for path, made in outputs.items()}
        whole = {path: made["entryPoint"] for path, made in outputs.items() if made.get("entryPoint") in sources}
        return {Path(entry).name: (self.source / path).resolve() for path, entry in whole.items()}


def build(into: Path, modules: Path) -> None:
    """Build everything into a folder. Raises NotPossible with what esbuild says."""
    with tempfile.TemporaryDirectory(prefix="parley-pages-") as workshop:
        Build(modules, into.resolve(), Path(workshop)).all()


def main() -> None:
    """Build into the place from where it is served."""
    modules = fetched()
    if modules is None:
        raise NotPossible("npm could not bring esbuild; is Node installed?")
    build(BUILT, modules)
    for path in sorted(BUILT.rglob("*")):
        if path.is_file():
            print(f"{path.stat().st_size:>8,}  {path.relative_to(BUILT)}")


if __name__ == "__main__":
    main()
