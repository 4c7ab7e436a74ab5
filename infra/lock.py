"""`make lock`: of every dependency, direct or not, the version and the hashes of all its files (lock file; ADR 87).

The pins that people write are requirements*.txt; what is installed is what the locks under infra/locks say, on whatever
machine, and nothing else has its hash. A lock that is there keeps its versions; ARGS="--upgrade" looks for newer ones
of what the pins do not name.

python -m infra.lock [--upgrade]
"""

import argparse
import os
import subprocess
from pathlib import Path

from infra import venvs
from infra.progress import progress
from infra.venvs import LOCKS, OLDEST, ROOT, Lock, NotPossible


def relock(lock: Lock, python: Path, *, upgrade: bool) -> None:
    """Make one lock, for every platform and every Python that Parley runs on."""
    command = [str(python), "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--python-version", ".".join(map(str, OLDEST))]
    command += ["--upgrade"] if upgrade else []
    for other in lock.agrees_with:
        command += ["--constraints", str(other.file)]
    command += [*map(str, lock.pins), "--output-file", str(lock.file)]
    # uv reads none of pip's settings; where pip asks, and whom it trusts, holds for both.
    named = {"UV_DEFAULT_INDEX": "PIP_INDEX_URL", "SSL_CERT_FILE": "PIP_CERT"}
    settings = {ours: os.environ[pips] for ours, pips in named.items() if pips in os.environ}
    with progress(f"locking {lock.file.name}"):
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=ROOT, env={**settings, **os.environ}
        )
    if done.returncode:
        raise NotPossible(f"uv could not lock {lock.file.name}:\n{done.stderr.strip()}")
    lock.file.write_text(lock.head + lock.file.read_text())


def main() -> None:
    """Make all of them, in their order."""
    parser = argparse.ArgumentParser(prog="python -m infra.lock", description="Lock the dependencies.")
    parser.add_argument("--upgrade", action="store_true", help="look for newer versions of what no pin names")
    upgrade = parser.parse_args().upgrade
    python = venvs.locker(ROOT / ".local")
    for lock in LOCKS:
        relock(lock, python, upgrade=upgrade)
        print(lock.file.relative_to(ROOT))


if __name__ == "__main__":
    main()
