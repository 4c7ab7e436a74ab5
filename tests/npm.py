"""What npm brings for tests, pinned: Node, the emulators, the official clients of the Model Context Protocol and of
Segment.

All of it is fetched once, into one folder of the user's cache. Where that cannot be done a test is skipped aloud; on
the build machine it fails.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

PACKAGES = (
    "node@24",
    "emulate@0.12.2",
    "@modelcontextprotocol/sdk@1.32.2",
    "@modelcontextprotocol/client@2.4.0",
    "@modelcontextprotocol/conformance@0.2.0-alpha.12",
    "@segment/analytics-node@3.1.0",
)
NODE = Path("node_modules/node/bin/node")
FETCH_WITHIN = 400


def missing(what: str) -> None:
    """Skip the test aloud, or fail it on the build machine."""
    words = f"NO {what}: npm could not bring {' and '.join(PACKAGES)}, so that nothing real was talked to"
    (pytest.fail if os.environ.get("CI") else pytest.skip)(words)


@cache
def fetched() -> Path | None:
    """The folder that holds them; None if npm is not there, or could not bring them."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "parley"
    folder = home / "-".join(PACKAGES).replace("@", "-").replace("/", "-")
    npm = shutil.which("npm")
    try:
        home.mkdir(parents=True, exist_ok=True)
        with (home / "npm.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # several test runs may start together
            if not (folder / NODE).exists() and npm:
                _fetch(npm, home, folder)
    except (OSError, subprocess.SubprocessError):
        return None
    return folder if (folder / NODE).exists() else None


def _fetch(npm: str, home: Path, folder: Path) -> None:
    """Into a folder beside, which gets its name once it is whole."""
    with tempfile.TemporaryDirectory(dir=home) as beside:
        made = Path(beside) / "made"
        made.mkdir()
        (made / "package.json").write_text('{"private": true}')
        # Node's own package fetches the build of this machine in its install script.
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts=false", *PACKAGES]
        subprocess.run(command, cwd=made, capture_output=True, timeout=FETCH_WITHIN, check=True)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
