"""The Python that Lambda runs ours on (runtime), named once (ADR 138): template, wheels, caches follow."""

import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.venvs import NotPossible

Minor = tuple[int, int]

MACHINE = "arm64"
MINOR: Minor = (3, 13)
# Measured: the API's import and clients, 0.87 s of processor time against 0.29.
SLOWER = "a cold start takes about three times the processor time"

NONE = (
    "AWS runs Python {wanted}, and what ships is compiled by that very minor; this is {here}. Bring one (your system's "
    'python{wanted}, or `uv python install {wanted}`): it is found on the PATH, or named by ARGS="--python …". '
    f"ARGS=--source ships what is compiled at each cold start: {SLOWER}."
)


@dataclass(frozen=True, slots=True)
class Target:
    """What a package is for: Lambda's word for the machine (arm64 or x86_64), the minor of Python, and the interpreter
    that compiles for it; None ships sources."""

    machine: str
    minor: Minor
    compiler: Path | None

    @property
    def name(self) -> str:
        """In Lambda's words."""
        return f"python{written(self.minor)}"

    @property
    def native(self) -> bool:
        """Whether it is this machine, and this Python."""
        return platform.system() == "Linux" and (self.machine, self.minor) == (native(), here())


def written(minor: Minor) -> str:
    """`3.13`."""
    return ".".join(map(str, minor))


def here() -> Minor:
    """The minor of the Python that runs this."""
    return sys.version_info[:2]


def native() -> str:
    """The host's architecture in Lambda's words."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def host() -> Target:
    """What a laptop runs, tests and measures: its own machine and Python."""
    return Target(native(), here(), Path(sys.executable))


def for_aws(machine: str = MACHINE, python: str | None = None, *, source: bool = False) -> Target:
    """What AWS runs. Bytecode is good for the very minor that made it: `python` names an interpreter of it; otherwise
    one on the PATH does, or `source` says that there shall be none."""
    if source:
        return Target(machine, MINOR, None)
    if python:
        found = _minor(python)
        if found != MINOR:
            what = f"is Python {written(found)}" if found else "cannot be run"
            raise NotPossible(f"{python} {what}; AWS runs {written(MINOR)}.")
        return Target(machine, MINOR, Path(python))
    compiler = _on_path()
    if compiler is None:
        raise NotPossible(NONE.format(wanted=written(MINOR), here=written(here())))
    return Target(machine, MINOR, compiler)


def _on_path() -> Path | None:
    names = [sys.executable, *filter(None, (shutil.which(name) for name in (f"python{written(MINOR)}", "python3")))]
    return next((Path(name) for name in names if _minor(name) == MINOR), None)


def _minor(python: str) -> Minor | None:
    """Of CPython alone: another Python's bytecode is its own."""
    script = "import sys; print(*sys.version_info[:2], sys.implementation.name)"
    try:
        done = subprocess.run([python, "-I", "-c", script], capture_output=True, text=True, check=True)
        major, minor, name = done.stdout.split()
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None
    return (int(major), int(minor)) if name == "cpython" else None
