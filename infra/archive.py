"""Compiled code and zips that come out the same, byte for byte, from the same sources."""

import py_compile
import zipfile
from collections.abc import Iterable
from importlib.util import cache_from_source
from pathlib import Path

# Where Lambda unpacks a zip: what tracebacks show.
TASK_ROOT = "/var/task"
EPOCH = (1980, 1, 1, 0, 0, 0)


def compile_tree(folder: Path) -> None:
    """Compile every module of `folder` beside its source.

    Zips stamp every member 1980, and a .pyc that is checked against its source's time is then never used: unchecked
    hashes are.
    """
    for source in folder.rglob("*.py"):
        py_compile.compile(
            str(source),
            cfile=cache_from_source(str(source), optimization=""),
            dfile=f"{TASK_ROOT}/{source.relative_to(folder).as_posix()}",
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


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
