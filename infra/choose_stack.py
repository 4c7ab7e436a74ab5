"""The stack that a command is for: the local one that runs, or one on AWS (`--stage`)."""

import argparse
from pathlib import Path

from infra import endpoints
from infra.stack import Stack, local
from infra.venvs import ROOT, NotPossible


def parser(command: str, what: str) -> argparse.ArgumentParser:
    """A command line that says which stack."""
    made = argparse.ArgumentParser(prog=f"python -m infra.{command}", description=what)
    made.add_argument("--stage", default="local", help="a stage on AWS; else the local stack")
    made.add_argument("--home", type=Path, default=ROOT / ".local", help="the local stack's folder")
    return made


def running(home: Path) -> endpoints.Endpoints:
    """What the local stack wrote when it started."""
    found = endpoints.read(home)
    if found is None or "workspace" not in found:
        raise NotPossible("No local stack is there: start it with `make run`.")
    return found


def stack(chosen: argparse.Namespace) -> Stack:
    """The stack of a parsed command line."""
    if chosen.stage == "local":
        return local(str(running(chosen.home)["gateway_url"]))
    from infra.deploy import on_aws

    found: Stack = on_aws(chosen.stage)
    return found
