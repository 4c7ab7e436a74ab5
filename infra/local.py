"""`make run`: the stack that ships, on this machine, until Ctrl-C.

    python -m infra.local [--port 8000] [--gateway-port PORT] [--home .local] [--stage local] [--fresh]

Each option may also be an environment variable: PARLEY_LOCAL_PORT, PARLEY_LOCAL_GATEWAY_PORT, PARLEY_LOCAL_HOME,
PARLEY_LOCAL_STAGE. With PARLEY_LOCAL_PARENT (a process id) it ends when that parent does.
"""

import argparse
import os
from pathlib import Path

from infra import venvs
from infra.venvs import ROOT


def options(words: list[str] | None = None) -> argparse.Namespace:
    """What the command line and the environment ask for."""

    def default(name: str, otherwise: str) -> str:
        return os.environ.get(f"PARLEY_LOCAL_{name}", otherwise)

    parser = argparse.ArgumentParser(prog="python -m infra.local", description="Run Parley on this machine.")
    parser.add_argument("--port", type=int, default=default("PORT", "8000"), help="where Parley answers")
    gateway = "the local AWS: that of the last run, at first 4566"
    parser.add_argument("--gateway-port", type=int, default=default("GATEWAY_PORT", "0"), help=gateway)
    parser.add_argument("--home", type=Path, default=default("HOME", str(ROOT / ".local")), help="what is kept")
    parser.add_argument("--stage", default=default("STAGE", "local"), help="what the functions are told")
    parser.add_argument("--fresh", action="store_true", help="forget everything first")
    return parser.parse_args(words)


def main() -> None:
    """Run it inside the tools' environment, which is made on the first start."""
    chosen = options()
    venvs.enter("infra.local")
    # What follows needs the environment that has just been entered.
    from infra.running import run

    run(chosen.home.resolve(), chosen.port, chosen.gateway_port, stage=chosen.stage, fresh=chosen.fresh)


if __name__ == "__main__":
    main()
