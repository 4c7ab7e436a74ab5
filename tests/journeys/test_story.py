"""The README's story: `make demo` on the running stack, and the tools beside it."""

import os
import subprocess
import sys

from infra.venvs import ROOT
from tests.stack import LocalStack


def tool(stack: LocalStack, name: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"infra.{name}", "--home", str(stack.home), *words]
    return subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=600, check=False
    )


def test_make_demo_tells_the_whole_story(stack: LocalStack) -> None:
    done = tool(stack, "demo")
    assert done.returncode == 0, "\n".join((done.stdout, done.stderr, *stack.logs("receive")[-30:]))
    assert "verified by `standardwebhooks`" in done.stdout
    assert "the same message" in done.stdout
    assert "1 message in the room" in done.stdout
    assert done.stdout.rstrip().endswith("`make run` keeps them.")


def test_make_rebuild_finds_a_sound_table(stack: LocalStack) -> None:
    done = tool(stack, "rebuild")
    assert done.returncode == 0, done.stderr
    assert "Everything was as it should be." in done.stdout


def test_a_second_start_says_that_one_is_running(stack: LocalStack) -> None:
    done = tool(stack, "local", "--port", str(stack.port), "--gateway-port", str(stack.gateway_port))
    assert done.returncode != 0
    assert f"Parley is running already, at {stack.base_url}." in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
