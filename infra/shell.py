"""`eval "$(make env)"`: where the local stack answers and with what key, as variables of a shell.

    python -m infra.shell [--home .local]

`BASE` and `KEY` are what the commands of the docs speak to and as whom; `FORM` is the demo's contact form, `ROOM` one
of its rooms, `WORKSPACE` its workspace.
"""

import shlex
import sys

from infra.choose_stack import parser, running
from infra.endpoints import Endpoints


def exports(found: Endpoints) -> str:
    """The lines that a shell evaluates."""
    values = {
        "BASE": found["base_url"],
        "KEY": found["workspace"]["api_key"],
        "WORKSPACE": found["workspace"].get("id"),
        "FORM": found.get("webhooks", {}).get("form", {}).get("url"),
        "ROOM": found.get("twins", {}).get("room"),
    }
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items() if value)


def main() -> None:
    """Print them."""
    made = parser("shell", "Where the local stack is, for a shell.")
    sys.stdout.write(exports(running(made.parse_args().home)))


if __name__ == "__main__":
    main()
