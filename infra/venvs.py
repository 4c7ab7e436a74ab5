"""The virtual environments, made with nothing but Python's own library.

`.venv` holds Chalice, the tools and the tests. ministack lives apart and bare: it pins an older botocore, and what is
installed beside it is visible to the Lambdas that it runs, so that a dependency missing from the zip would be masked.
The official client of the Model Context Protocol does, too: it brings another `multipart` than the one that ships.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.progress import progress

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".venv"


@dataclass(frozen=True, slots=True)
class Lock:
    """What is installed, with hashes, for the `pins` that people write (`make lock`: infra/lock.py). `agrees_with`:
    locks whose versions it has, too."""

    file: Path
    pins: tuple[Path, ...]
    agrees_with: tuple["Lock", ...] = ()

    @property
    def head(self) -> str:
        """Its first line: it names the pins that it was made of, so that one that has fallen behind them is known."""
        lines = [line.partition("#")[0].strip() for pins in self.pins for line in pins.read_text().splitlines()]
        digest = hashlib.sha256("\n".join(filter(None, lines)).encode()).hexdigest()[:16]
        return f"# Made by `make lock`, of pins {digest}.\n"

    @property
    def arguments(self) -> list[str]:
        """What pip is told: nothing without its hash."""
        return ["--require-hashes", "-r", str(self.file)]


HOME = ROOT / "infra" / "locks"
SHIPPED = Lock(HOME / "shipped.txt", (ROOT / "requirements.txt",))
TOOLS_LOCK = Lock(HOME / "tools.txt", (ROOT / "requirements.txt", ROOT / "requirements-dev.txt"), (SHIPPED,))
MINISTACK = Lock(HOME / "ministack.txt", (ROOT / "requirements-ministack.txt",))
MCP = Lock(HOME / "mcp.txt", (ROOT / "requirements-mcp.txt",))
LOCKS = (SHIPPED, TOOLS_LOCK, MINISTACK, MCP)
LOCKER = ("uv==0.13.9",)  # makes locks for every platform at once; pip-tools knows its own machine alone
# What `make bench` measures against.
RIVAL = ("slack_bolt==1.30.0",)
OLDEST = (3, 11)


class NotPossible(SystemExit):
    """One sentence for the person at the terminal; the exit code is 1."""


def tools() -> Path:
    """The Python of the tools' environment, which is made or brought up to date if need be."""
    return _made(TOOLS, TOOLS_LOCK.file.read_text(), TOOLS_LOCK.arguments)


def ministack(home: Path) -> Path:
    """The Python of ministack's environment, under `home`."""
    return _made(home / "ministack-venv", MINISTACK.file.read_text(), MINISTACK.arguments)


def mcp(home: Path) -> Path:
    """The Python of the official client of the Model Context Protocol, under `home`."""
    return _made(home / "mcp-venv", MCP.file.read_text(), MCP.arguments)


def locker(home: Path) -> Path:
    """The Python of what makes the locks, under `home`."""
    return _made(home / "lock-venv", "\n".join(LOCKER), LOCKER)


def bench(home: Path) -> Path:
    """The Python of what is measured against, beside what ships, under `home`."""
    pins = SHIPPED.pins[0]
    arguments = ["-r", str(pins), *RIVAL, "chalice==1.34.0", "boto3"]
    return _made(home / "bench-venv", "\n".join([pins.read_text(), *arguments]), arguments)


def enter(module: str) -> None:
    """Go on as `python -m module` inside the tools' environment, if this is not it already."""
    if Path(sys.prefix).resolve() == TOOLS.resolve() and _current(TOOLS, _tools_mark()):
        return
    python = tools()
    os.chdir(ROOT)
    os.execv(python, [str(python), "-m", module, *sys.argv[1:]])  # noqa: S606


def _tools_mark() -> str:
    return _mark(TOOLS_LOCK.file.read_text())


def _mark(contents: str) -> str:
    version = ".".join(map(str, sys.version_info[:2]))
    return hashlib.sha256(f"{version}\n{contents}".encode()).hexdigest()


def _made(folder: Path, contents: str, arguments: Sequence[str]) -> Path:
    if sys.version_info < OLDEST:
        raise NotPossible(f"Parley needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    python = folder / "bin" / "python"
    with _locked(folder):
        if not _current(folder, _mark(contents)):
            _create(folder, python)
            _install(python, arguments)
            (folder / "made-for").write_text(_mark(contents))
    return python


def _current(folder: Path, mark: str) -> bool:
    try:
        return (folder / "made-for").read_text() == mark and (folder / "bin" / "python").exists()
    except OSError:
        return False


def _create(folder: Path, python: Path) -> None:
    (folder / "made-for").unlink(missing_ok=True)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    whole = python.exists() and (folder / "lib" / version / "site-packages" / "pip").exists()
    if whole:
        return
    print(f"Making {folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder} …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        venv.create(folder, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError:
        raise NotPossible(
            "Python cannot make a virtual environment with pip here; install its venv package "
            "(Debian and Ubuntu: python3-venv)."
        ) from None


def _install(python: Path, arguments: Sequence[str]) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    # pip names packages that its mirrors lack; only its last words matter, and only when it fails.
    with progress("installing"):
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise NotPossible(f"pip could not install what Parley needs:\n{last}")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time: `make run` and `make test` may start together."""
    locks = ROOT / ".local"
    locks.mkdir(parents=True, exist_ok=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (locks / f"{folder.name.lstrip('.')}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    tools()
