"""Runs a script of ours in Node, where it is there: what needs no page is tested without one."""

import json
import os
import shutil
import subprocess
from typing import Any

import pytest

from infra.pages import LESS, WEB, fetched

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no Node on this machine; Chromium runs the same in the journeys")


def run(code: str, *values: Any) -> Any:
    """What `code` hands to `tell`; `values` are there as `given`, modules under `shared`. Where the pages' libraries
    are there it is built as they are."""
    script = f"const given = {json.dumps(values)};\nconst tell = (x) => console.log(JSON.stringify(x));\n{code}"
    modules = fetched()
    for folder in ("shared", "widget"):
        script = script.replace(f'"{folder}/', f'"{WEB if modules else WEB.as_uri()}/{folder}/')
    if modules:
        build = [
            str(modules / ".bin" / "esbuild"),
            "--bundle",
            "--format=esm",
            "--platform=node",
            "--loader:.css=text",
            *LESS,
        ]
        script = _said(build, script, NODE_PATH=str(modules))
    return json.loads(_said([NODE or "node", "--input-type=module", "-"], script))


def _said(command: list[str], script: str, **environment: str) -> str:
    environment = os.environ | environment
    done = subprocess.run(
        command, input=script, capture_output=True, text=True, timeout=60, check=False, env=environment, cwd=WEB
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
