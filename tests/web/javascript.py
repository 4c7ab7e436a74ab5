"""Runs a script of ours in Node, where it is there: what needs no page is tested without one."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from chalicelib.edge.pages import WEB

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no Node on this machine; Chromium runs the same in the journeys")


def run(code: str, *values: Any) -> Any:
    """What `code` hands to `tell`; `values` are there as `given`, modules under `shared`."""
    script = f"const given = {json.dumps(values)};\nconst tell = (x) => console.log(JSON.stringify(x));\n{code}"
    for folder in ("shared", "widget"):
        script = script.replace(f'"{folder}/', f'"{WEB.as_uri()}/{folder}/')
    command = [NODE or "node", "--input-type=module", "-"]
    done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
