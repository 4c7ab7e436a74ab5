"""Compiled code and zips that come out the same, byte for byte, from the same sources (ADR 113)."""

import os
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path

# Where Lambda unpacks a zip: what tracebacks show.
TASK_ROOT = "/var/task"
EPOCH = (1980, 1, 1, 0, 0, 0)


def compile_tree(folder: Path, python: Path) -> None:
    """Compile every module of `folder` beside its source, by `python`.

    Zips stamp every member 1980, and a .pyc that is checked against its source's time is then never used: unchecked
    hashes are. A process of its own, without random hashes, compiles the same bytes each time.
    """
    _compile(folder, python)


def compile_alone(folder: Path, python: Path) -> None:
    """Put every module's compiled code where its source was: half the bytes, and a traceback names lines unquoted."""
    _compile(folder, python, "-b")
    for source in folder.rglob("*.py"):
        source.unlink()


def _compile(folder: Path, python: Path, *options: str) -> None:
    command = [str(python), "-m", "compileall", "-q", "-j", "1", "--invalidation-mode", "unchecked-hash", *options]
    command += ["-s", str(folder), "-p", TASK_ROOT, str(folder)]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": "0"})


def write_zip(target: Path, folders: Iterable[Path]) -> None:
    """One zip of the contents of `folders`; of two files of one name the first folder's is taken."""
    members: dict[str, Path] = {}
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                members.setdefault(path.relative_to(folder).as_posix(), path)
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in sorted(members.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    partial.replace(target)
