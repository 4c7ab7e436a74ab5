"""Emulators of GitHub, Linear, Resend, Slack and others: the npm package `emulate`, with the Node that it needs.

npm brings both (tests/npm.py). Where it cannot a test is skipped aloud; on the build machine it fails.

    with emulators("github", "linear", seed={"linear": {"teams": […]}}) as at:
        urllib3.request("POST", at["linear"] + "/graphql", …)
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import urllib3

from infra import clock
from tests.npm import NODE, fetched, missing
from tests.stack import free_port

EMULATE = Path("node_modules/emulate/dist/index.js")
TOKENS = {"test_token_admin": {"login": "admin", "scopes": ["repo", "user", "admin:org", "admin:repo_hook"]}}
# What an emulator lacks and a test needs: a module that Node loads before it.
TAUGHT = {"linear": Path(__file__).parent / "peers" / "linear.mjs"}
OWN_TIME = Path(__file__).parent / "peers" / "own_time.mjs"
START_WITHIN, STOP_WITHIN = 60, 10


@contextmanager
def emulators(
    *services: str, seed: dict[str, Any] | None = None, time_of: Path | None = None
) -> Iterator[dict[str, str]]:
    """Fresh emulators of these services (`emulate list` names them), on free ports of 127.0.0.1: service → its URL.
    `seed` is emulate's own configuration, `{"slack": {…}}`; unless it names `tokens`, `test_token_admin` is one. With
    `time_of` they live in the time of the local stack in that folder. They end with the block."""
    folder = fetched()
    if folder is None:
        missing("EMULATORS")
        return
    with ExitStack() as running, tempfile.TemporaryDirectory() as home:
        at = {}
        for service in services:
            at[service] = running.enter_context(_running(folder, Path(home), service, seed, time_of))
        yield at


@contextmanager
def _running(
    folder: Path, home: Path, service: str, seed: dict[str, Any] | None, time_of: Path | None
) -> Iterator[str]:
    port = free_port()
    taught = ["--import", str(TAUGHT[service])] if service in TAUGHT else []
    taught += ["--import", str(OWN_TIME)] if time_of else []
    command = [str(folder / NODE), *taught, str(folder / EMULATE), "start", "--service", service, "--port", str(port)]
    command += ["--base-url", f"http://127.0.0.1:{port}"]  # as it is told in the links that it gives
    config = home / f"{service}.json"
    config.write_text(json.dumps({"tokens": TOKENS} | (seed or {})))
    log = home / f"{service}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*command, *(["--seed", str(config)] if seed else [])],
            cwd=home,  # it looks for a configuration in its folder
            env=os.environ | (clock.environment(time_of) if time_of else {}),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until it answers, whatever it answers."""
    deadline = time.monotonic() + START_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib3.request("GET", f"http://127.0.0.1:{port}/", retries=False, timeout=5)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"The emulator did not start:\n{log.read_text()[-2000:]}")
